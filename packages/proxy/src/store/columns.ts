/** Reading a row's columns with their types. Another type than the table's is a bug. */
export type Columns = Record<string, unknown>;

export function numberIn(columns: Columns, name: string): number {
  const value = columns[name];
  if (typeof value !== 'number') throw new Error(`column ${name} is no number`);
  return value;
}

export function textIn(columns: Columns, name: string): string {
  const value = columns[name];
  if (typeof value !== 'string') throw new Error(`column ${name} is no text`);
  return value;
}

/** The bytes themselves, not a copy: who reads a secret can wipe it. */
export function bytesIn(columns: Columns, name: string): Uint8Array {
  const value = columns[name];
  if (!(value instanceof Uint8Array)) throw new Error(`column ${name} has no bytes`);
  return new Uint8Array(value.buffer, value.byteOffset, value.length);
}

export function orNull<Value>(
  read: (columns: Columns, name: string) => Value,
  columns: Columns,
  name: string,
): Value | null {
  return columns[name] === null ? null : read(columns, name);
}
