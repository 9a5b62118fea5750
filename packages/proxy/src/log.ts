/** One line for the operator. Fields hold counts, codes and places; never text, names, keys or secrets. */
export type Log = (event: string, fields?: Record<string, string | number | boolean>) => void;

export const silent: Log = () => {};
