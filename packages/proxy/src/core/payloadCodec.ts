import { openPayload, type Payload, type PayloadProof, payload } from '@otr/protocol';
import { decodePlainJson, encodePlainJson } from './json.ts';

export type Decoded =
  | { kind: 'known'; payload: Payload }
  /** A newer version's payload: its proof is checked like any, its content is shown as such. */
  | { kind: 'newer'; proof: PayloadProof; content: { kind: string; [name: string]: unknown } };

/** JSON in UTF-8: what MLS pads (M3) and seals. */
export function encodePayload(value: Payload): Uint8Array {
  return encodePlainJson(value);
}

/** Null for what no version would send (`badPayload`). */
export function decodePayload(plaintext: Uint8Array): Decoded | null {
  const value = decodePlainJson(plaintext);
  const known = payload.safeParse(value);
  if (known.success) return { kind: 'known', payload: known.data };
  const open = openPayload.safeParse(value);
  if (!open.success || isOurVersion(open.data)) return null;
  return { kind: 'newer', proof: open.data.proof, content: open.data.content };
}

const ourKinds = new Set(['text', 'edit', 'delete', 'reaction', 'leave', 'identify', 'words']);

/** Version 1 of one of our kinds that did not fit its schema is not newer: it is wrong. */
function isOurVersion(open: { version: number; content: { kind: string; version?: unknown } }): boolean {
  const { kind, version = 1 } = open.content;
  return open.version === 1 && ourKinds.has(kind) && version === 1;
}
