import { decode, type Reader, readU16 } from '../codec/reader.ts';
import { encode, type Writer, writeU16 } from '../codec/writer.ts';
import { check } from '../errors.ts';
import { MAXIMUM_TYPES } from './capabilities.ts';
import { type Credential, readCredential, writeCredential } from './credential.ts';

/** RFC 9420 §7.2 and §13.4: typed data that the application or a later RFC adds. */
export interface Extension {
  readonly type: number;
  readonly data: Uint8Array;
}

/** The extension types of RFC 9420 §17.3; all of them are supported without being listed. */
export const extensionTypes = {
  applicationId: 1,
  ratchetTree: 2,
  requiredCapabilities: 3,
  externalPub: 4,
  externalSenders: 5,
} as const;

export const isDefaultExtension = (type: number): boolean => type >= 1 && type <= 5;

export function writeExtensions(w: Writer, extensions: readonly Extension[]): void {
  w.list(extensions, (list, e) => list.u16(e.type).opaque(e.data));
}

/** Refuses two extensions of one type (§13.4). */
export function readExtensions(r: Reader): Extension[] {
  const seen = new Set<number>();
  return r.list((list) => {
    const type = list.u16();
    check(!seen.has(type), 'duplicateExtension', String(type));
    seen.add(type);
    return { type, data: list.opaque() };
  });
}

export function findExtension(extensions: readonly Extension[], type: number): Uint8Array | undefined {
  return extensions.find((e) => e.type === type)?.data;
}

/** §11.1: what every member must support. */
export interface RequiredCapabilities {
  readonly extensions: readonly number[];
  readonly proposals: readonly number[];
  readonly credentials: readonly number[];
}

export function requiredCapabilitiesExtension(required: RequiredCapabilities): Extension {
  const data = encode(required, (w, v) =>
    w.list(v.extensions, writeU16).list(v.proposals, writeU16).list(v.credentials, writeU16),
  );
  return { type: extensionTypes.requiredCapabilities, data };
}

export function readRequiredCapabilities(extensions: readonly Extension[]): RequiredCapabilities | undefined {
  const data = findExtension(extensions, extensionTypes.requiredCapabilities);
  if (data === undefined) return undefined;
  return decode(data, (r) => ({
    extensions: r.list(readU16, MAXIMUM_TYPES),
    proposals: r.list(readU16, MAXIMUM_TYPES),
    credentials: r.list(readU16, MAXIMUM_TYPES),
  }));
}

/** §12.1.8.1: who may send proposals from outside the group. */
export interface ExternalSender {
  readonly signatureKey: Uint8Array;
  readonly credential: Credential;
}

export function externalSendersExtension(senders: readonly ExternalSender[]): Extension {
  const data = encode(senders, (w, list) =>
    w.list(list, (inner, s) => writeCredential(inner.opaque(s.signatureKey), s.credential)),
  );
  return { type: extensionTypes.externalSenders, data };
}

export function readExternalSenders(extensions: readonly Extension[]): ExternalSender[] {
  const data = findExtension(extensions, extensionTypes.externalSenders);
  if (data === undefined) return [];
  return decode(data, (r) =>
    r.list((list) => ({ signatureKey: list.opaque(), credential: readCredential(list) })),
  );
}
