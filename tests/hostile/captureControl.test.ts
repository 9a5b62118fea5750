import type { GroupState } from '@otr/mls';
import { expect, it, vi } from 'vitest';
import { viewOf } from '../../packages/proxy/src/core/group/view.ts';
import { captureConversation, formsFound, words } from './conversation.ts';

/** Encryption switched off on purpose, here and nowhere else: every message is the payload itself, and who sent it. */
vi.mock('../../packages/proxy/src/core/group/messages.ts', async (original) => {
  const genuine = await original<typeof import('../../packages/proxy/src/core/group/messages.ts')>();
  const mark = Buffer.from('not encrypted ');
  return {
    ...genuine,
    sealForRoom(group: GroupState, plaintext: Uint8Array) {
      const leaf = Buffer.of(group.self.leafIndex);
      return { group, body: Buffer.concat([mark, leaf, plaintext]), erase: [] };
    },
    openForRoom(...sealed: Parameters<typeof genuine.openForRoom>) {
      const [group, bytes] = sealed;
      const body = Buffer.from(bytes);
      if (!body.subarray(0, mark.length).equals(mark)) return genuine.openForRoom(...sealed);
      const leaf = body.at(mark.length);
      const from = [...viewOf(group).members.values()].find(({ leafIndex }) => leafIndex === leaf)?.id ?? '';
      return { kind: 'message', group, from, plaintext: body.subarray(mark.length + 1), erase: [] };
    },
  };
});
/** So are knocks, welcomes, and what is not kept. */
vi.mock('../../packages/proxy/src/core/aead.ts', async (original) => ({
  ...(await original<typeof import('../../packages/proxy/src/core/aead.ts')>()),
  sealBytes: (_key: unknown, plaintext: Uint8Array) => Uint8Array.from(plaintext),
  openBytes: (_key: unknown, sealed: Uint8Array) => Uint8Array.from(sealed),
}));

it('with encryption switched off, the same search finds texts and names (negative control of capture.test.ts)', async () => {
  const { haystack } = await captureConversation();
  for (const text of words.texts) expect(formsFound(haystack, Buffer.from(text))).toContain('as bytes');
  expect(formsFound(haystack, Buffer.from(words.people[1]))).toContain('as bytes');
});
