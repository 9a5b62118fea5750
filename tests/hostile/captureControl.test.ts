import type { EnvelopeEntry } from '@otr/protocol';
import { expect, it, vi } from 'vitest';
import type { KeyPair } from '../../packages/proxy/src/core/keyPair.ts';
import type { RoomCipher } from '../../packages/proxy/src/core/roomCipher.ts';
import { captureConversation, formsFound, words } from './conversation.ts';

/** Encryption switched off on purpose, here and nowhere else: every slice and body is the payload itself. */
vi.mock('../../packages/proxy/src/core/pairwiseCipher.ts', () => ({
  createPairwiseCipher(_room: Uint8Array, generations: KeyPair[]): RoomCipher {
    const from = generations.at(-1)?.publicKey ?? new Uint8Array(32);
    return {
      seal: ({ plaintext, recipients }) => ({
        from,
        slices: recipients.map((to) => ({ to, ciphertext: Uint8Array.of(0) })),
        body: plaintext,
      }),
      open: ({ body }: Pick<EnvelopeEntry, 'body'>) =>
        body ? { ok: true, plaintext: body } : { ok: false, problem: 'badBody' },
    };
  },
}));

it('with encryption switched off, the same search finds texts and names (negative control of capture.test.ts)', async () => {
  const { haystack } = await captureConversation();
  for (const text of words.texts) expect(formsFound(haystack, Buffer.from(text))).toContain('as bytes');
  expect(formsFound(haystack, Buffer.from(words.people[2]))).toContain('as bytes');
  expect(formsFound(haystack, Buffer.from(words.rooms[1]))).toContain('as bytes');
});
