import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

/** RFC 9420 §5.3. Types other than basic and x509 are carried as one opaque value. */
export type Credential =
  | { readonly type: 1; readonly identity: Uint8Array }
  | { readonly type: 2; readonly certificates: readonly Uint8Array[] }
  | { readonly type: number; readonly data: Uint8Array };

export const BASIC = 1;
export const X509 = 2;

/** A basic credential: an identity that only the authentication service can judge. */
export const basicCredential = (identity: Uint8Array): Credential => ({ type: BASIC, identity });

export function writeCredential(w: Writer, credential: Credential): void {
  w.u16(credential.type);
  if ('identity' in credential) w.opaque(credential.identity);
  else if ('certificates' in credential) w.list(credential.certificates, (list, c) => list.opaque(c));
  else w.opaque(credential.data);
}

export function readCredential(r: Reader): Credential {
  const type = r.u16();
  if (type === BASIC) return { type, identity: r.opaque() };
  if (type === X509) return { type, certificates: r.list((list) => list.opaque()) };
  return { type, data: r.opaque() };
}
