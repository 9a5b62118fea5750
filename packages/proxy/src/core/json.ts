import type { z } from 'zod';
import { pad, unpad } from './padding.ts';
import { sealOverhead } from './sealedLength.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** JSON in UTF-8, for what pads by itself. */
export function encodePlainJson(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

/** The JSON value in these bytes, unparsed by any schema; undefined where there is none. */
export function decodePlainJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
}

/** JSON in UTF-8, padded for `sealBytes` (M3). */
export function encodeJson(value: unknown): Uint8Array {
  return pad(encodePlainJson(value), sealOverhead);
}

/** The JSON value inside, unparsed by any schema; undefined where there is none. */
export function decodeJson(padded: Uint8Array): unknown {
  const bytes = unpad(padded, sealOverhead);
  return bytes === null ? undefined : decodePlainJson(bytes);
}

/** As `decodeJson`, and checked by a schema; null where it does not fit. */
export function decodeJsonAs<Schema extends z.ZodType>(
  schema: Schema,
  padded: Uint8Array,
): z.infer<Schema> | null {
  const parsed = schema.safeParse(decodeJson(padded));
  return parsed.success ? parsed.data : null;
}
