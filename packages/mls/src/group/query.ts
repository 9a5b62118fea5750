import { encode } from '../codec/writer.ts';
import { type Extension, extensionTypes } from '../message/extension.ts';
import { signGroupInfo } from '../message/groupInfo.ts';
import { encodeMessage } from '../message/message.ts';
import { exportFrom } from '../schedule/keySchedule.ts';
import type { LeafNode } from '../tree/leafNode.ts';
import { type Erase, type GroupState, keepEpochs } from './state.ts';

/** Reads from a group without changing it. */

/** A secret of the epoch for use outside MLS (RFC 9420 §8.5). `length` in octets. Errors: `exportLength`. */
export function exportSecret(
  state: GroupState,
  label: string,
  context: Uint8Array,
  length: number,
): Uint8Array {
  return exportFrom(state.config.suite, state.secrets.exporter, label, context, length);
}

/** Equal for two members exactly if they agree on the epoch and its whole history (§8.7). A secret: a copy. */
export const epochAuthenticator = (state: GroupState): Uint8Array =>
  Uint8Array.from(state.secrets.authenticator);

/** The members with their leaf indices. */
export const members = (state: GroupState): { leafIndex: number; leaf: LeafNode }[] =>
  Array.from(state.tree.leaves(), ([leafIndex, leaf]) => ({ leafIndex, leaf }));

/** The encoded ratchet tree, for those who get it apart from the welcome. */
export const exportTree = (state: GroupState): Uint8Array => state.tree.encode();

export interface GroupInfoOptions {
  /** Let others join by an external commit (§12.4.3.2). */
  readonly externalPub: boolean;
  readonly ratchetTree: boolean;
}

/** A signed description of the epoch, encoded (§12.4.3). */
export function exportGroupInfo(state: GroupState, options: GroupInfoOptions): Uint8Array {
  const { suite } = state.config;
  const extensions: Extension[] = [];
  if (options.ratchetTree) extensions.push({ type: extensionTypes.ratchetTree, data: state.tree.encode() });
  if (options.externalPub) {
    const { privateKey, publicKey } = suite.kem.deriveKeyPair(state.secrets.external);
    privateKey.fill(0);
    extensions.push({
      type: extensionTypes.externalPub,
      data: encode(publicKey, (w, key) => w.opaque(key)),
    });
  }
  const { context, confirmationTag, self } = state;
  const content = { context, extensions, confirmationTag, signer: self.leafIndex };
  return encodeMessage({
    type: 'groupInfo',
    groupInfo: signGroupInfo(suite, content, self.signaturePrivateKey),
  });
}

/** Forgets former epochs before the policy would: messages of theirs can no longer be opened. */
export function forgetEpochs(state: GroupState, keep: number): { state: GroupState; erase: Erase } {
  const { past, erase } = keepEpochs(state.past, keep);
  return { state: { ...state, past }, erase };
}
