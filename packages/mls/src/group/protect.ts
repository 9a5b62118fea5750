import { check } from '../errors.ts';
import {
  type AuthenticatedContent,
  type ContentAuth,
  type ContentBody,
  type FramedContent,
  signContent,
  wireFormats,
} from '../message/framing.ts';
import { encodeMessage } from '../message/message.ts';
import { sealPrivate } from '../message/privateMessage.ts';
import { protectPublic } from '../message/publicMessage.ts';
import { takeToSend } from '../schedule/secretTree.ts';
import type { Erase, GroupState } from './state.ts';

/** How a handshake message travels. Encrypted unless the caller says otherwise. */
export type Wire = 'private' | 'public';

export interface Signed {
  readonly wireFormat: number;
  readonly content: FramedContent;
  readonly encoded: Uint8Array;
  readonly signature: Uint8Array;
}

/** Frames and signs content of this member. */
export function signOwn(
  state: GroupState,
  body: ContentBody,
  authenticatedData: Uint8Array,
  wire: Wire,
): Signed {
  const { groupId, epoch } = state.context;
  const content: FramedContent = {
    groupId,
    epoch,
    sender: { type: 'member', leafIndex: state.self.leafIndex },
    authenticatedData,
    body,
  };
  const wireFormat = wire === 'private' ? wireFormats.privateMessage : wireFormats.publicMessage;
  const secret = state.self.signaturePrivateKey;
  const { encoded, signature } = signContent(
    state.config.suite,
    wireFormat,
    content,
    state.encodedContext,
    secret,
  );
  return { wireFormat, content, encoded, signature };
}

export interface Protected {
  /** The state whose ratchet has moved on. Store it before the message leaves. */
  readonly state: GroupState;
  readonly message: Uint8Array;
  readonly content: AuthenticatedContent;
  readonly erase: Erase;
}

/** Encrypts (or tags) signed content. A generation is used up even if the message never leaves. */
export function protect(state: GroupState, signed: Signed, confirmationTag?: Uint8Array): Protected {
  const { suite, policy } = state.config;
  const { wireFormat, content, encoded, signature } = signed;
  const auth: ContentAuth = { signature, confirmationTag };
  const authenticated = { wireFormat, content, encoded, auth };
  if (wireFormat === wireFormats.publicMessage) {
    check(policy.publicHandshakes === 'allow', 'publicMessageRefused');
    check(content.body.type !== 'application', 'applicationInPublic');
    const publicMessage = protectPublic(suite, authenticated, state.secrets.membership, state.encodedContext);
    const message = encodeMessage({ type: 'publicMessage', publicMessage });
    return { state, message, content: authenticated, erase: [] };
  }
  const { body } = content;
  const { leafIndex } = state.self;
  const ratchet = body.type === 'application' ? 'application' : 'handshake';
  const { tree, generation, messageKey, erase } = takeToSend(suite, state.messageKeys, leafIndex, ratchet);
  const privateMessage = sealPrivate(suite, {
    content: {
      groupId: content.groupId,
      epoch: content.epoch,
      authenticatedData: content.authenticatedData,
      contentType: body.type,
    },
    body,
    auth,
    leafIndex,
    generation,
    messageKey,
    senderDataSecret: state.secrets.senderData,
    pad: policy.pad,
  });
  for (const used of [messageKey.key, messageKey.nonce]) used.fill(0);
  return {
    state: { ...state, messageKeys: tree },
    message: encodeMessage({ type: 'privateMessage', privateMessage }),
    content: authenticated,
    erase,
  };
}
