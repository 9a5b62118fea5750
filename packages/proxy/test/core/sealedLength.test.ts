import { createSecretKey, randomBytes } from 'node:crypto';
import {
  acceptCommit,
  basicCredential,
  createCommit,
  createGroup,
  createKeyPackage,
  type GroupState,
  sealMessage,
} from '@otr/mls';
import { limits } from '@otr/protocol';
import { describe, expect, it } from 'vitest';
import { sealBytes } from '../../src/core/aead.ts';
import { compactSuite, configOf, defaultSuite } from '../../src/core/group/config.ts';
import { inviteKeysOf, openWelcome, sealedWelcomeLength, sealWelcome } from '../../src/core/invite.ts';
import { decodeJson, encodeJson } from '../../src/core/json.ts';
import { paddedLength } from '../../src/core/padding.ts';
import { sealOverhead } from '../../src/core/sealedLength.ts';

/** Around the steps of the list, and where MLS writes a length in four bytes instead of two. */
const lengths = [0, 1, 100, 255, 256, 257, 3_900, 4_000, 4_100, 16_200, 16_300, 16_384, 16_500, 100_000];
const near = lengths.flatMap((length) => [length, length + 30, length + 60]);

const isInList = (length: number) => paddedLength(length) === length;

describe.each([defaultSuite, compactSuite])('what the relay sees of a room of suite %i', (suiteId) => {
  it('[M3] has a length of the list: each message', () => {
    const group = groupOf(suiteId);
    for (const length of near) {
      const { send } = sealMessage(group, randomBytes(length));
      expect(isInList(send.length), `${length} → ${send.length}`).toBe(true);
    }
  });

  it('[M3] has a length of the list: each commit, whatever it holds', () => {
    let group = groupOf(suiteId);
    for (let members = 1; members < 12; members++) {
      const { keyPackage } = keyedMember(suiteId, 'x'.repeat(members * 40));
      const made = createCommit(group, { proposals: [{ type: 'add', keyPackage }], path: true });
      expect(isInList(made.send.commit.length), `${members} → ${made.send.commit.length}`).toBe(true);
      group = acceptCommit(made.state).state;
    }
  });

  it('[M3] without padding hardly anything would have a length of the list (negative control)', () => {
    const config = configOf(suiteId);
    const bare = { ...config, policy: { ...config.policy, pad: (length: number) => length } };
    const group = { ...groupOf(suiteId), config: bare };
    const seen = near.map((length) => sealMessage(group, randomBytes(length)).send.length);
    expect(seen.filter(isInList).length).toBeLessThan(3);
  });

  it('[M3] has at most the length of a body where the payload allows it', () => {
    const { send } = sealMessage(groupOf(suiteId), randomBytes(limits.body - 300));
    expect(send.length).toBe(limits.body);
  });
});

describe('what is sealed beside the group', () => {
  const key = createSecretKey(randomBytes(32));
  const none = new Uint8Array();

  it('[M3] has a length of the list, and comes back', () => {
    for (const length of near) {
      const value = 'x'.repeat(length);
      const sealed = sealBytes(key, encodeJson(value), none);
      expect(isInList(sealed.length), `${length} → ${sealed.length}`).toBe(true);
      expect(decodeJson(encodeJson(value))).toBe(value);
    }
    expect(sealBytes(key, none, none)).toHaveLength(sealOverhead);
  });

  it('[M3] [I3] so has a welcome, of which not a byte is lost', () => {
    const room = randomBytes(16);
    const keys = inviteKeysOf(randomBytes(32), room);
    for (const length of near) {
      const welcome = randomBytes(length);
      const sealed = sealWelcome(keys, room, welcome);
      expect(isInList(sealed.length)).toBe(true);
      expect(sealed.length).toBe(sealedWelcomeLength(length));
      expect(openWelcome(keys, room, sealed)).toEqual(welcome);
    }
  });

  it('[M3] the largest of each is in the list: what fits a limit fits it padded', () => {
    for (const limit of [limits.body, limits.commit, limits.welcome, limits.knock, limits.sealed]) {
      expect(isInList(limit)).toBe(true);
    }
  });
});

function groupOf(suiteId: number): GroupState {
  return createGroup({
    config: configOf(suiteId),
    groupId: randomBytes(16),
    member: keyedMember(suiteId),
    extensions: [],
  });
}

/** Extra bytes in the leaf make key packages of other lengths. */
function keyedMember(suiteId: number, extra = '') {
  const extension = { type: 0xf0b1, data: Buffer.from(extra) };
  const now = BigInt(Math.floor(Date.now() / 1_000));
  return createKeyPackage({
    suite: configOf(suiteId).suite,
    credential: basicCredential(randomBytes(32)),
    lifetime: { notBefore: now - 60n, notAfter: now + 3_600n },
    leafExtensions: [extension],
    capabilities: { extensions: [extension.type] },
  });
}
