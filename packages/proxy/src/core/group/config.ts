import { type GroupConfig, type GroupState, type Suite, strictPolicy, suiteOf } from '@otr/mls';
import { limits } from '@otr/protocol';
import { paddedUnder } from '../padding.ts';
import { messageOverhead } from '../sealedLength.ts';
import { mayCommit } from './rules.ts';
import { identityOf, viewOf } from './view.ts';

/** MLS_256_XWING_AES256GCM_SHA512_Ed25519: X25519 with ML-KEM-768. Welcomes of rooms above some 500 members grow too large. */
export const defaultSuite = 0xf00d;
/** MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519 (RFC 9420 §17.1), for very large rooms. */
export const compactSuite = 1;
/** What this proxy can join, the preferred first. */
export const roomSuites = [defaultSuite, compactSuite] as const;

/** Key packages are good for so long; a knock is repeated with a fresh one before. Seconds. */
export const keyPackageLifetime = 30n * 86_400n;

const nobody: ReadonlySet<string> = new Set();

/**
 * The project's choices where RFC 9420 leaves one (G1–G4). No former epoch is kept: the relay orders a room's entries, so
 * that nothing of an epoch comes after the commit that ended it.
 */
export function configOf(suiteId: number): GroupConfig {
  return withRules(suiteOf(suiteId), () => true);
}

/** The group, judging commits by its present settings. */
export function governed(group: GroupState, leaving: ReadonlySet<string> = nobody): GroupState {
  const view = viewOf(group);
  const config = withRules(group.config.suite, (proposals, committer) =>
    mayCommit(view, leaving, proposals, committer),
  );
  return { ...group, config };
}

function withRules(suite: Suite, accepts: GroupConfig['policy']['accepts']): GroupConfig {
  return {
    suite,
    authentication: {
      isValid: (credential) => identityOf(credential).length === identityCharacters,
      isSuccessor: () => false,
    },
    policy: {
      ...strictPolicy,
      // Members stay for longer than a key package lives.
      expiredOnReceipt: 'allow',
      epochsKept: 0,
      proposalsKept: 0,
      proposalsPerMember: 0,
      maximumWidth: 2048,
      maximumMessage: limits.welcome,
      pad: (length) => paddedUnder(length, messageOverhead),
      accepts,
    },
  };
}

/** 32 bytes in base64url. */
const identityCharacters = 43;
