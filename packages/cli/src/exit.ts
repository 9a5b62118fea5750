/**
 * How a command ends. 0: success · 1: it could not be done · 2: the command line, a variable or the config file is
 * wrong. `message` is a sentence for standard error.
 */
export type Exit = { readonly status: 0 } | { readonly status: 1 | 2; readonly message: string };

export const done: Exit = { status: 0 };
export const failed = (message: string): Exit => ({ status: 1, message });
export const misused = (message: string): Exit => ({ status: 2, message });
