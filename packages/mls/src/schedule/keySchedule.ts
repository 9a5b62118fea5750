import { deriveSecret, expandWithLabel, extract, hashOf, mac } from '../crypto/labeled.ts';
import type { Suite } from '../crypto/suite.ts';
import { check } from '../errors.ts';

/** RFC 9420 §8: the secrets that live as long as an epoch. `encryption` is consumed by the secret tree. */
export interface EpochSecrets {
  readonly senderData: Uint8Array;
  readonly exporter: Uint8Array;
  readonly external: Uint8Array;
  readonly confirmation: Uint8Array;
  readonly membership: Uint8Array;
  readonly resumption: Uint8Array;
  readonly authenticator: Uint8Array;
  readonly init: Uint8Array;
}

export const EPOCH_SECRET_LABELS = {
  senderData: 'sender data',
  exporter: 'exporter',
  external: 'external',
  confirmation: 'confirm',
  membership: 'membership',
  resumption: 'resumption',
  authenticator: 'authentication',
  init: 'init',
} as const satisfies Record<keyof EpochSecrets, string>;

/** What a new member needs, beside the GroupInfo, to reach the epoch. */
export function joinerSecret(
  suite: Suite,
  initSecret: Uint8Array,
  commitSecret: Uint8Array,
  context: Uint8Array,
): Uint8Array {
  const extracted = extract(suite, initSecret, commitSecret);
  const joiner = expandWithLabel(suite, extracted, 'joiner', context, suite.hashLength);
  extracted.fill(0);
  return joiner;
}

/** The secret between joiner and epoch: what the welcome and the epoch are derived from. */
export function memberSecret(suite: Suite, joiner: Uint8Array, psk: Uint8Array): Uint8Array {
  return extract(suite, joiner, psk);
}

export const welcomeSecret = (suite: Suite, member: Uint8Array): Uint8Array =>
  deriveSecret(suite, member, 'welcome');

/** Derives an epoch. The member secret and the epoch secret do not outlive the call. */
export function epochSecrets(
  suite: Suite,
  member: Uint8Array,
  context: Uint8Array,
): { secrets: EpochSecrets; encryption: Uint8Array } {
  const epoch = expandWithLabel(suite, member, 'epoch', context, suite.hashLength);
  const derive = (label: string): Uint8Array => deriveSecret(suite, epoch, label);
  const secrets: EpochSecrets = {
    senderData: derive(EPOCH_SECRET_LABELS.senderData),
    exporter: derive(EPOCH_SECRET_LABELS.exporter),
    external: derive(EPOCH_SECRET_LABELS.external),
    confirmation: derive(EPOCH_SECRET_LABELS.confirmation),
    membership: derive(EPOCH_SECRET_LABELS.membership),
    resumption: derive(EPOCH_SECRET_LABELS.resumption),
    authenticator: derive(EPOCH_SECRET_LABELS.authenticator),
    init: derive(EPOCH_SECRET_LABELS.init),
  };
  const encryption = derive('encryption');
  for (const used of [epoch, member]) used.fill(0);
  return { secrets, encryption };
}

/** MLS-Exporter (§8.5). */
export function exportFrom(
  suite: Suite,
  exporterSecret: Uint8Array,
  label: string,
  context: Uint8Array,
  length: number,
): Uint8Array {
  check(Number.isInteger(length) && length > 0 && length <= 255 * suite.hashLength, 'exportLength');
  const secret = deriveSecret(suite, exporterSecret, label);
  const exported = expandWithLabel(suite, secret, 'exported', hashOf(suite, context), length);
  secret.fill(0);
  return exported;
}

/** The confirmation tag (§6.1): proves that the committer reached the epoch. */
export const confirmationTag = (
  suite: Suite,
  key: Uint8Array,
  confirmedTranscriptHash: Uint8Array,
): Uint8Array => mac(suite, key, confirmedTranscriptHash);
