/** One line for the operator. Fields hold counts and codes; never rooms, keys, addresses or content. */
export type Log = (event: string, fields?: Record<string, string | number | boolean>) => void;

export const silent: Log = () => {};

/** What a bug may say in the log: its class and its place; its message could hold content. */
export function faultFields(error: unknown): { name: string; at: string } {
  if (!(error instanceof Error)) return { name: typeof error, at: '' };
  const place = error.stack?.split('\n').find((line) => line.startsWith('    at '));
  return { name: error.name, at: place?.trim() ?? '' };
}
