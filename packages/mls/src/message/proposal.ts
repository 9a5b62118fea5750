import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';
import { fail } from '../errors.ts';
import { type PreSharedKeyId, readPskId, writePskId } from '../schedule/psk.ts';
import { type LeafNode, readLeafNode, writeLeafNode } from '../tree/leafNode.ts';
import { type Extension, readExtensions, writeExtensions } from './extension.ts';
import { type KeyPackage, readKeyPackage, writeKeyPackage } from './keyPackage.ts';

/** RFC 9420 §12.1: a change to the group that a commit can apply. */
export type Proposal =
  | { readonly type: 'add'; readonly keyPackage: KeyPackage }
  | { readonly type: 'update'; readonly leafNode: LeafNode }
  | { readonly type: 'remove'; readonly leafIndex: number }
  | { readonly type: 'psk'; readonly psk: PreSharedKeyId }
  | {
      readonly type: 'reInit';
      readonly groupId: Uint8Array;
      readonly version: number;
      readonly suiteId: number;
      readonly extensions: readonly Extension[];
    }
  | { readonly type: 'externalInit'; readonly kemOutput: Uint8Array }
  | { readonly type: 'groupContextExtensions'; readonly extensions: readonly Extension[] };

/** In the order of their numbers, from 1 (§17.4). */
const TYPES = [
  'add',
  'update',
  'remove',
  'psk',
  'reInit',
  'externalInit',
  'groupContextExtensions',
] as const satisfies readonly Proposal['type'][];

/** §12.4: these change who can read, so their commit needs new secrets for everyone. */
export function requiresPath(type: Proposal['type']): boolean {
  return type !== 'add' && type !== 'psk' && type !== 'reInit';
}

export function writeProposal(w: Writer, proposal: Proposal): void {
  w.u16(TYPES.indexOf(proposal.type) + 1);
  switch (proposal.type) {
    case 'add':
      writeKeyPackage(w, proposal.keyPackage);
      break;
    case 'update':
      writeLeafNode(w, proposal.leafNode);
      break;
    case 'remove':
      w.u32(proposal.leafIndex);
      break;
    case 'psk':
      writePskId(w, proposal.psk);
      break;
    case 'reInit':
      w.opaque(proposal.groupId).u16(proposal.version).u16(proposal.suiteId);
      writeExtensions(w, proposal.extensions);
      break;
    case 'externalInit':
      w.opaque(proposal.kemOutput);
      break;
    case 'groupContextExtensions':
      writeExtensions(w, proposal.extensions);
      break;
  }
}

export function readProposal(r: Reader): Proposal {
  const number = r.u16();
  const type = TYPES[number - 1];
  switch (type) {
    case 'add':
      return { type, keyPackage: readKeyPackage(r) };
    case 'update':
      return { type, leafNode: readLeafNode(r) };
    case 'remove':
      return { type, leafIndex: r.u32() };
    case 'psk':
      return { type, psk: readPskId(r) };
    case 'reInit':
      return {
        type,
        groupId: r.opaque(),
        version: r.u16(),
        suiteId: r.u16(),
        extensions: readExtensions(r),
      };
    case 'externalInit':
      return { type, kemOutput: r.opaque() };
    case 'groupContextExtensions':
      return { type, extensions: readExtensions(r) };
    default:
      return fail('unknownProposalType', String(number));
  }
}
