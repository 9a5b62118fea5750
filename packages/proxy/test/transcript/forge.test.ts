import { beforeAll, expect, test, vi } from 'vitest';
import { toText } from '../../src/core/text.ts';
import { type ForgeOptions, forgeTranscript } from '../../src/transcript/forgeTranscript.ts';
import type { Transcript } from '../../src/transcript/transcript.ts';
import { verifyTranscript } from '../../src/transcript/verifyTranscript.ts';
import { flipped } from './flips.ts';
import { forged, keyPair } from './forged.ts';
import { formOf, pick, realTranscripts, recordForms } from './recorded.ts';

// A hundred of each are in tests/scenario/transcripts.test.ts.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let real: Transcript[] = [];
let fake: Transcript[] = [];
beforeAll(async () => {
  real = await realTranscripts(2);
  fake = Array.from({ length: 10 }, () => forged());
});

test('[D10] real and forged transcripts are accepted, and none of which one bit is another', () => {
  expect([real.length, fake.length]).toEqual([10, 10]);
  for (const transcript of [...real, ...fake]) {
    expect(verifyTranscript(transcript)).toMatchObject({ ok: true });
    const { name, at, changed } = flipped(transcript);
    expect({ name, at, ok: verifyTranscript(changed).ok }).toEqual({ name, at, ok: false });
  }
});

test('[D10] a real and a forged transcript have the same form', () => {
  const forms = (all: readonly Transcript[]) =>
    new Set(all.flatMap(({ start, steps }) => [start, ...steps].map(formOf)));
  expect(forms(fake)).toEqual(forms(real));
  expect(new Set(fake.flatMap(recordForms))).toEqual(new Set(real.flatMap(recordForms)));
});

test('[D5] [D10] a whisper that was never whispered is accepted, and one bit of its slice makes it fail', () => {
  const lines = [
    { name: 'Ben', text: 'Psst', to: ['Ana'] },
    { name: 'Ana', text: 'What?', to: ['Ben'] },
  ];
  const transcript = forged({ lines });
  const verified = verifyTranscript(transcript);
  const said = verified.ok ? verified.value.messages : [];
  expect(said.map(({ name, text, whisper }) => [name, text, whisper?.names])).toEqual([
    ['Ben', 'Psst', ['Ana']],
    ['Ana', 'What?', ['Ben']],
  ]);
  const { changed } = flipped(transcript, 'slice');
  expect(verifyTranscript(changed)).toMatchObject({ ok: false, problem: 'otherText' });
  // Where nobody says what it should show, it is just no whisper to us.
  const silent = { ...changed, steps: changed.steps.filter(({ kind }) => kind !== 'shown') };
  expect(verifyTranscript(silent).ok).toBe(true);
});

test('[D3] [D10] the members of a forged room are the real people, by their keys', () => {
  const ben = keyPair().public;
  const transcript = forged({
    with: [
      { name: 'Ben', identityKey: ben },
      { name: 'Cleo', identityKey: null },
    ],
  });
  const verified = verifyTranscript(transcript);
  const members = verified.ok ? verified.value.members : [];
  expect(members.find(({ name }) => name === 'Ben')).toEqual({
    self: false,
    name: 'Ben',
    identityKey: toText(ben),
    shown: true,
  });
  expect(members.map(({ shown }) => shown)).toEqual([true, true, true]);
});

test('[D10] entries that are left out or repeated are refused, real or forged', () => {
  for (const { start, steps } of [pick(real), pick(fake)]) {
    const entries = steps.flatMap(({ kind }, at) => (kind === 'message' || kind === 'commit' ? [at] : []));
    const at = pick(entries.slice(0, -1));
    const step = steps[at];
    if (!step) throw new Error('no step');
    expect(verifyTranscript({ start, steps: steps.toSpliced(at, 1) }).ok).toBe(false);
    const repeated = verifyTranscript({ start, steps: steps.toSpliced(at, 0, step) });
    expect(repeated).toEqual({ ok: false, line: at + 3, problem: 'notNext' });
  }
});

test('[D10] what nobody could have here is refused in words', () => {
  const as = { name: 'Ana', identityKey: keyPair().private };
  const ben = { name: 'Ben', identityKey: null };
  const base = { room: 'Garden', as, with: [ben], lines: [{ name: 'Ben', text: 'x' }] };
  const refusal = (options: Partial<ForgeOptions>) => {
    const made = forgeTranscript({ ...base, ...options });
    return made.ok ? null : made.message;
  };
  expect(refusal({})).toBeNull();
  expect(refusal({ with: [] })).toMatch(/with whom/);
  expect(refusal({ with: [ben, { ...ben, name: 'ben' }] })).toMatch(/Two people/);
  expect(refusal({ with: [{ ...ben, identityKey: new Uint8Array(32) }] })).toMatch(/identity key of Ben/);
  const cleo = { name: 'Cleo', identityKey: keyPair().public };
  expect(refusal({ with: [ben, cleo, { ...cleo, name: 'Dan' }] })).toMatch(/Dan has the identity key of/);
  expect(refusal({ with: Array.from({ length: 16 }, (_, at) => ({ ...ben, name: `Ben ${at}` })) })).toMatch(
    /16/,
  );
  expect(refusal({ lines: [] })).toMatch(/Nobody says/);
  expect(refusal({ lines: Array(2_001).fill({ name: 'Ben', text: 'x' }) })).toMatch(/2000 lines/);
  expect(refusal({ lines: [{ name: 'Eve', text: 'x' }] })).toMatch(/Nobody is called Eve/);
  expect(refusal({ lines: [{ name: 'Ben', text: 'x', to: ['Ben'] }] })).toMatch(/whispers to nobody/);
  expect(refusal({ lines: [{ name: 'Ana', text: ' ' }] })).toMatch(/Text 1 is blank/);
  expect(refusal({ room: 'two\nlines' })).toMatch(/no name/);
});
