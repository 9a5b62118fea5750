import type { Reader } from '../codec/reader.ts';
import { encode, Writer } from '../codec/writer.ts';
import { refHash, signWithLabel, verifyWithLabel } from '../crypto/labeled.ts';
import type { Suite } from '../crypto/suite.ts';
import { fail } from '../errors.ts';
import { MLS10 } from './capabilities.ts';
import { type Commit, readCommit, writeCommit } from './commit.ts';
import { type Proposal, readProposal, writeProposal } from './proposal.ts';

/** RFC 9420 §6: who says what, signed, before it is encrypted or tagged. */

export const wireFormats = {
  publicMessage: 1,
  privateMessage: 2,
  welcome: 3,
  groupInfo: 4,
  keyPackage: 5,
} as const;

export type Sender =
  | { readonly type: 'member'; readonly leafIndex: number }
  | { readonly type: 'external'; readonly senderIndex: number }
  | { readonly type: 'newMemberProposal' }
  | { readonly type: 'newMemberCommit' };

const SENDERS = ['member', 'external', 'newMemberProposal', 'newMemberCommit'] as const;

export type ContentBody =
  | { readonly type: 'application'; readonly data: Uint8Array }
  | { readonly type: 'proposal'; readonly proposal: Proposal }
  | { readonly type: 'commit'; readonly commit: Commit };

export type ContentType = ContentBody['type'];
const CONTENTS = ['application', 'proposal', 'commit'] as const;

export const contentNumber = (type: ContentType): number => CONTENTS.indexOf(type) + 1;
export const contentType = (number: number): ContentType =>
  CONTENTS[number - 1] ?? fail('unknownContentType');

export interface FramedContent {
  readonly groupId: Uint8Array;
  readonly epoch: bigint;
  readonly sender: Sender;
  readonly authenticatedData: Uint8Array;
  readonly body: ContentBody;
}

export interface ContentAuth {
  readonly signature: Uint8Array;
  /** Present in commits only. */
  readonly confirmationTag: Uint8Array | undefined;
}

/** Content with its signature. `encoded` is the wire form of `content`: what is signed and hashed. */
export interface AuthenticatedContent {
  readonly wireFormat: number;
  readonly content: FramedContent;
  readonly encoded: Uint8Array;
  readonly auth: ContentAuth;
}

export function writeSender(w: Writer, sender: Sender): void {
  w.u8(SENDERS.indexOf(sender.type) + 1);
  if (sender.type === 'member') w.u32(sender.leafIndex);
  if (sender.type === 'external') w.u32(sender.senderIndex);
}

export function readSender(r: Reader): Sender {
  const type = SENDERS[r.u8() - 1];
  if (type === undefined) return fail('unknownSenderType');
  if (type === 'member') return { type, leafIndex: r.u32() };
  if (type === 'external') return { type, senderIndex: r.u32() };
  return { type };
}

export function writeBody(w: Writer, body: ContentBody): void {
  if (body.type === 'application') w.opaque(body.data);
  else if (body.type === 'proposal') writeProposal(w, body.proposal);
  else writeCommit(w, body.commit);
}

export function readBody(r: Reader, type: ContentType): ContentBody {
  if (type === 'application') return { type, data: r.opaque() };
  if (type === 'proposal') return { type, proposal: readProposal(r) };
  return { type, commit: readCommit(r) };
}

/** All of FramedContent but the body. */
export function writeContentHeader(w: Writer, content: Omit<FramedContent, 'body'>, type: ContentType): void {
  w.opaque(content.groupId).u64(content.epoch);
  writeSender(w, content.sender);
  w.opaque(content.authenticatedData).u8(contentNumber(type));
}

export function writeFramedContent(w: Writer, content: FramedContent): void {
  writeContentHeader(w, content, content.body.type);
  writeBody(w, content.body);
}

export function readFramedContent(r: Reader): FramedContent {
  const header = {
    groupId: r.opaque(),
    epoch: r.u64(),
    sender: readSender(r),
    authenticatedData: r.opaque(),
  };
  return { ...header, body: readBody(r, contentType(r.u8())) };
}

export function writeAuth(w: Writer, auth: ContentAuth): void {
  w.opaque(auth.signature);
  if (auth.confirmationTag !== undefined) w.opaque(auth.confirmationTag);
}

export function readAuth(r: Reader, type: ContentType): ContentAuth {
  return { signature: r.opaque(), confirmationTag: type === 'commit' ? r.opaque() : undefined };
}

/** §6: an AuthenticatedContent, as hashed into a reference. */
export function writeAuthenticatedContent(w: Writer, value: AuthenticatedContent): void {
  writeAuth(w.u16(value.wireFormat).raw(value.encoded), value.auth);
}

export function readAuthenticatedContent(r: Reader): AuthenticatedContent {
  const wireFormat = r.u16();
  const start = r.pos;
  const content = readFramedContent(r);
  const encoded = r.since(start);
  return { wireFormat, content, encoded, auth: readAuth(r, content.body.type) };
}

/** §6.1: the context is signed by those who have it, that is by members and by an external committer. */
function toBeSigned(
  wireFormat: number,
  sender: Sender,
  encoded: Uint8Array,
  context: Uint8Array,
): Uint8Array {
  const inContext = sender.type === 'member' || sender.type === 'newMemberCommit';
  const size = 4 + encoded.length + (inContext ? context.length : 0);
  const w = new Writer(size).u16(MLS10).u16(wireFormat).raw(encoded);
  return (inContext ? w.raw(context) : w).finish();
}

/** Signs content. `context` is the encoded GroupContext of its epoch. */
export function signContent(
  suite: Suite,
  wireFormat: number,
  content: FramedContent,
  context: Uint8Array,
  signaturePrivateKey: Uint8Array,
): { encoded: Uint8Array; signature: Uint8Array } {
  const encoded = encode(content, writeFramedContent, 512);
  const tbs = toBeSigned(wireFormat, content.sender, encoded, context);
  return { encoded, signature: signWithLabel(suite, signaturePrivateKey, 'FramedContentTBS', tbs) };
}

export function verifyContent(
  suite: Suite,
  value: AuthenticatedContent,
  context: Uint8Array,
  signatureKey: Uint8Array,
): boolean {
  const tbs = toBeSigned(value.wireFormat, value.content.sender, value.encoded, context);
  return verifyWithLabel(suite, signatureKey, 'FramedContentTBS', tbs, value.auth.signature);
}

/** AuthenticatedContentTBM (§6.2): what the membership tag covers. */
export function toBeMaced(value: AuthenticatedContent, context: Uint8Array): Uint8Array {
  const w = new Writer(value.encoded.length + context.length + 256);
  w.raw(toBeSigned(value.wireFormat, value.content.sender, value.encoded, context));
  writeAuth(w, value.auth);
  return w.finish();
}

/** `ProposalRef` (§5.2): how a commit names a proposal sent before. */
export function proposalRef(suite: Suite, value: AuthenticatedContent): Uint8Array {
  return refHash(suite, 'MLS 1.0 Proposal Reference', encode(value, writeAuthenticatedContent, 1024));
}
