import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';
import { mac, tagEquals } from '../crypto/labeled.ts';
import type { Suite } from '../crypto/suite.ts';
import { check } from '../errors.ts';
import {
  type AuthenticatedContent,
  type ContentAuth,
  type FramedContent,
  readAuth,
  readFramedContent,
  toBeMaced,
  wireFormats,
  writeAuth,
} from './framing.ts';

/** RFC 9420 §6.2: signed and, when from a member, tagged; readable by anyone. */
export interface PublicMessage {
  readonly content: FramedContent;
  readonly encoded: Uint8Array;
  readonly auth: ContentAuth;
  /** Present for members only. */
  readonly membershipTag: Uint8Array | undefined;
}

export function writePublicMessage(w: Writer, message: PublicMessage): void {
  writeAuth(w.raw(message.encoded), message.auth);
  if (message.membershipTag !== undefined) w.opaque(message.membershipTag);
}

export function readPublicMessage(r: Reader): PublicMessage {
  const start = r.pos;
  const content = readFramedContent(r);
  const encoded = r.since(start);
  const auth = readAuth(r, content.body.type);
  return { content, encoded, auth, membershipTag: content.sender.type === 'member' ? r.opaque() : undefined };
}

/** Tags authenticated content so that members know a member sent it. */
export function protectPublic(
  suite: Suite,
  value: AuthenticatedContent,
  membershipKey: Uint8Array,
  context: Uint8Array,
): PublicMessage {
  const { content, encoded, auth } = value;
  const membershipTag =
    content.sender.type === 'member' ? mac(suite, membershipKey, toBeMaced(value, context)) : undefined;
  return { content, encoded, auth, membershipTag };
}

/** Checks the tag; the signature is the caller's to check. */
export function unprotectPublic(
  suite: Suite,
  message: PublicMessage,
  membershipKey: Uint8Array,
  context: Uint8Array,
): AuthenticatedContent {
  const { content, encoded, auth, membershipTag } = message;
  check(content.body.type !== 'application', 'applicationInPublic');
  const value = { wireFormat: wireFormats.publicMessage, content, encoded, auth };
  if (membershipTag !== undefined) {
    check(tagEquals(membershipTag, mac(suite, membershipKey, toBeMaced(value, context))), 'membershipTag');
  }
  return value;
}
