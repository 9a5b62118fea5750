import { createSecretKey, randomBytes, randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import type { UnsafeSuite } from '../../src/transcript/replay.ts';
import { readTranscript, type Transcript, transcriptText } from '../../src/transcript/transcript.ts';
import { verifyTranscript } from '../../src/transcript/verifyTranscript.ts';
import { forged, keyPair, spoiled } from './forged.ts';

const withoutSignatures: UnsafeSuite = (suite) => ({
  ...suite,
  signature: { ...suite.signature, verify: () => true },
});

function withOtherBit(bytes: Uint8Array): Uint8Array {
  const other = Uint8Array.from(bytes);
  const at = randomInt(1, other.length - 1);
  other[at] = (other[at] ?? 0) ^ 1;
  return other;
}

test('[D10] signatures are checked: a verifier that skips them takes what this one refuses', () => {
  const transcript = spoiled({
    later: (room) =>
      void room.sessionOf('Ben').step('spoiled', (draft) => {
        const { group } = draft;
        if (!group) return;
        const signaturePrivateKey = withOtherBit(group.self.signaturePrivateKey);
        draft.group = { ...group, self: { ...group.self, signaturePrivateKey } };
      }),
  });
  expect(verifyTranscript(transcript)).toMatchObject({ ok: false, problem: 'badCiphertext' });
  expect(verifyTranscript(transcript, withoutSignatures).ok).toBe(true);
});

test('[D3] tags are checked: where the key of one has a wrong bit, the transcript is refused', () => {
  expect(verifyTranscript(spoiled({})).ok).toBe(true);
  const transcript = spoiled({
    atOnce(room) {
      const { parts } = room.sessionOf('Ben');
      const { pair } = parts;
      const spoil: typeof pair = (...leaves) => {
        const made = pair(...leaves);
        const tagKeyTo = () => createSecretKey(withOtherBit(made.tagKeyTo()?.export() ?? randomBytes(32)));
        return { ...made, tagKeyTo };
      };
      Object.assign(parts, { pair: spoil });
    },
  });
  expect(verifyTranscript(transcript)).toMatchObject({ ok: false, problem: 'identityRefused' });
});

test('[D10] what is claimed to have been said has to be what was said', () => {
  const transcript = forged({ lines: [{ name: 'Ben', text: 'Yes' }] });
  const claims = (text: string): Transcript => ({
    ...transcript,
    steps: transcript.steps.map((step) =>
      step.kind === 'shown' ? { ...step, messages: step.messages.map(({ id }) => ({ id, text })) } : step,
    ),
  });
  expect(verifyTranscript(claims('Yes')).ok).toBe(true);
  expect(verifyTranscript(claims('No'))).toMatchObject({ ok: false, problem: 'otherText' });
});

test('[D10] keys of another member, room or nobody are refused', () => {
  const transcript = forged();
  const other = forged();
  const { start, steps } = transcript;
  const problemWith = (change: Partial<typeof start>) => {
    const verified = verifyTranscript({ start: { ...start, ...change }, steps });
    return verified.ok ? null : [verified.line, verified.problem];
  };
  expect(problemWith({})).toBeNull();
  expect(problemWith({ identityKey: keyPair().private })).toEqual([1, 'notItsKeys']);
  expect(problemWith({ ephemeral: keyPair().private })).toEqual([1, 'notItsKeys']);
  expect(problemWith({ room: other.start.room })).toEqual([1, 'notItsKeys']);
  expect(problemWith({ records: {} })).toEqual([1, 'noState']);
  expect(problemWith({ suite: 2 })).toEqual([1, 'noState']);
  expect(problemWith({ records: other.start.records })).toEqual([1, 'notItsKeys']);
});

test('a transcript is text that is read as it was written, and what is none is told by its line', () => {
  const text = transcriptText(forged());
  const read = readTranscript(text);
  expect(read.ok && transcriptText(read.value)).toBe(text);
  const lines = text.split('\n');
  const refusal = (changed: string) => {
    const found = readTranscript(changed);
    return found.ok ? null : found.message;
  };
  expect(refusal(text.slice(0, -1))).toMatch(/last line is not whole/);
  expect(refusal('')).toMatch(/does not begin/);
  expect(refusal(lines.slice(1).join('\n'))).toMatch(/does not begin/);
  expect(refusal(lines.with(2, '{"kind":"message"}').join('\n'))).toMatch(/line 3/);
  expect(refusal(`${lines[0]}\n${'\n'.repeat(100_001)}`)).toMatch(/too many lines/);
});
