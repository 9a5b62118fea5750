/**
 * Columns of a batch as PostgreSQL's array literals: one parameter a column, however many rows. The library would send
 * values of other types one by one.
 */
export function bytesArray(values: Iterable<Uint8Array | undefined>): string {
  return literal(values, (bytes) => `"\\\\x${hexOf(bytes)}"`);
}

/** 16 bytes each. */
export function idArray(values: Iterable<Uint8Array>): string {
  return literal(values, hexOf);
}

export function numberArray(values: Iterable<number | undefined>): string {
  return literal(values, String);
}

export function booleanArray(values: Iterable<boolean>): string {
  return literal(values, String);
}

function literal<Value>(values: Iterable<Value | undefined>, text: (value: Value) => string): string {
  const texts = Array.from(values, (value) => (value === undefined ? 'NULL' : text(value)));
  return `{${texts.join(',')}}`;
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
