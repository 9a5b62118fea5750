import { randomBytes, randomInt } from 'node:crypto';
import { createSecretKey } from 'node:crypto';
import { beforeAll, expect, test, vi } from 'vitest';
import { compactSuite } from '../../src/core/group/config.ts';
import { identityOf, newIdentityBytes } from '../../src/core/identity/identity.ts';
import { toText } from '../../src/core/text.ts';
import { ForgedRoom } from '../../src/transcript/forgedRoom.ts';
import { type ForgeOptions, forgeTranscript } from '../../src/transcript/forgeTranscript.ts';
import type { UnsafeSuite } from '../../src/transcript/replay.ts';
import { verifyTranscript } from '../../src/transcript/verifyTranscript.ts';
import { flipped } from './flips.ts';
import { copyOf, formOf, pick, realTranscripts, type Transcript, transcriptOf } from './recorded.ts';
import { lineOf, type TranscriptLine } from '../../src/transcript/transcript.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const names = ['Ana', 'Ben', 'Cleo'];

function forged(options: Partial<ForgeOptions> = {}): Transcript {
  const lines = Array.from({ length: randomInt(4, 12) }, (_, at) => {
    const name = pick(names);
    const to = randomInt(4) === 0 && { to: [pick(names.filter((one) => one !== name))] };
    return { name, text: `never said, ${at}`, ...to };
  });
  const made = forgeTranscript({
    room: 'Garden',
    as: { name: 'Ana', identityKey: newIdentityBytes() },
    with: ['Ben', 'Cleo'].map((name) => ({ name, identityKey: identityOf(newIdentityBytes()).publicKey })),
    lines,
    ...options,
  });
  if (!made.ok) throw new Error(made.message);
  return copyOf(made.value);
}

let real: Transcript[] = [];
let fake: Transcript[] = [];
beforeAll(async () => {
  real = await realTranscripts(100);
  fake = Array.from({ length: 100 }, () => forged());
});

test('[D10] every one of 100 real and 100 forged transcripts is accepted', () => {
  const refused = (all: readonly Transcript[]) =>
    all.map((one) => verifyTranscript(one)).filter(({ ok }) => !ok);
  expect([real.length, fake.length]).toEqual([100, 100]);
  expect(refused(real)).toEqual([]);
  expect(refused(fake)).toEqual([]);
});

test('[D10] one bit that is another, and none is accepted, real or forged', () => {
  const places = new Set<string>();
  const accepted = [...real, ...fake].flatMap((transcript) => {
    const { name, at, changed } = flipped(transcript);
    places.add(name);
    return verifyTranscript(changed).ok ? [`${name} ${at}`] : [];
  });
  expect(accepted).toEqual([]);
  expect([...places].sort()).toEqual(
    ['access key', 'commit', 'ephemeral key', 'identity key', 'message', 'slice', 'whisper'].sort(),
  );
});

test('[D10] a real and a forged transcript have the same form', () => {
  const forms = (all: readonly Transcript[]) =>
    new Set(all.flatMap(({ start, steps }) => [start, ...steps].map(formOf)));
  expect(forms(fake)).toEqual(forms(real));
  const records = (all: readonly Transcript[]) =>
    new Set(all.flatMap(({ start }) => Object.keys(start.records).map((name) => name.replaceAll(/\d+/g, 'N'))));
  expect(records(fake)).toEqual(records(real));
});

const withoutSignatures: UnsafeSuite = (suite) => ({
  ...suite,
  signature: { ...suite.signature, verify: () => true },
});

/** A forged room in which one bit of something of Ben's is wrong before he speaks. */
function spoiled(spoil: (room: ForgedRoom) => void): Transcript {
  const lines: TranscriptLine[] = [];
  const room = new ForgedRoom({
    ...{ name: 'Garden', startedAt: 1_700_000_000_000, suiteId: compactSuite },
    write: (line) => lines.push(line),
  });
  room.addTruly('Ana', identityOf(newIdentityBytes()));
  room.addStandIn('Ben', identityOf(newIdentityBytes()).publicKey);
  room.gather(60_000, spoil);
  room.say('Ben', 'Not me', null);
  room.close();
  return transcriptOf(lines.map(lineOf).join(''));
}

function withOtherBit(bytes: Uint8Array): Uint8Array {
  const other = Uint8Array.from(bytes);
  const at = randomInt(1, other.length - 1);
  other[at] = (other[at] ?? 0) ^ 1;
  return other;
}

test('[D10] signatures are checked: a verifier that skips them takes what this one refuses', () => {
  const transcript = spoiled((room) => {
    if (!room.isHere('Ben')) return;
    room.sessionOf('Ben').step('spoiled', (draft) => {
      const { group } = draft;
      if (!group) return;
      const signaturePrivateKey = withOtherBit(group.self.signaturePrivateKey);
      draft.group = { ...group, self: { ...group.self, signaturePrivateKey } };
    });
  });
  expect(verifyTranscript(transcript)).toMatchObject({ ok: false, reason: 'badCiphertext' });
  expect(verifyTranscript(transcript, withoutSignatures).ok).toBe(true);
});

test('[D3] tags are checked: with one wrong bit in the key of one, the transcript is refused', () => {
  const transcript = spoiled((room) => {
    if (!room.isHere('Ben')) return;
    const { parts } = room.sessionOf('Ben');
    const { pair } = parts;
    const spoil: typeof pair = (...leaves) => {
      const made = pair(...leaves);
      return { ...made, tagKeyTo: () => createSecretKey(withOtherBit(made.tagKeyTo()?.export() ?? randomBytes(32))) };
    };
    Object.assign(parts, { pair: spoil });
  });
  expect(verifyTranscript(transcript)).toMatchObject({ ok: false, reason: 'identityRefused' });
});

test('[D5] a forged whisper is accepted, and one bit of its slice makes it fail', () => {
  const lines = [
    { name: 'Ben', text: 'Psst', to: ['Ana'] },
    { name: 'Ana', text: 'What?', to: ['Ben'] },
  ];
  const transcript = forged({ lines });
  const verified = verifyTranscript(transcript);
  expect(verified.ok && verified.value.messages.map(({ name, text, whisper }) => [name, text, whisper?.names])).toEqual(
    [
      ['Ben', 'Psst', ['Ana']],
      ['Ana', 'What?', ['Ben']],
    ],
  );
  const { changed } = flipped(transcript, 'slice');
  expect(verifyTranscript(changed)).toMatchObject({ ok: false, reason: expect.stringContaining('something else') });
  // Where nobody says what it should show, it is just no whisper to us.
  const silent = { ...changed, steps: changed.steps.filter(({ kind }) => kind !== 'shown') };
  expect(verifyTranscript(silent).ok).toBe(true);
});

test('[D3] [D10] members of a forged room are the real people, by their keys', () => {
  const ben = identityOf(newIdentityBytes()).publicKey;
  const transcript = forged({ with: [{ name: 'Ben', identityKey: ben }, { name: 'Cleo', identityKey: null }] });
  const verified = verifyTranscript(transcript);
  const members = verified.ok ? verified.value.members : [];
  expect(members.find(({ name }) => name === 'Ben')).toEqual({ name: 'Ben', identityKey: toText(ben), shown: true });
  expect(members.every(({ shown }) => shown)).toBe(true);
});

test('entries that are left out, repeated or exchanged are refused', () => {
  for (const transcript of [pick(real), pick(fake)]) {
    const { start, steps } = transcript;
    const entries = steps.flatMap(({ kind }, at) => (kind === 'message' || kind === 'commit' ? [at] : []));
    const at = pick(entries.slice(0, -1));
    const step = steps[at];
    if (!step) throw new Error('no step');
    expect(verifyTranscript({ start, steps: steps.toSpliced(at, 1) }).ok).toBe(false);
    expect(verifyTranscript({ start, steps: steps.toSpliced(at, 0, step) }).ok).toBe(false);
  }
});

test('what nobody could have here is refused in words', () => {
  const as = { name: 'Ana', identityKey: newIdentityBytes() };
  const ben = { name: 'Ben', identityKey: null };
  const base = { room: 'Garden', as, with: [ben], lines: [] };
  const refusal = (options: Partial<ForgeOptions>) => {
    const made = forgeTranscript({ ...base, ...options });
    return made.ok ? null : made.message;
  };
  expect(refusal({})).toBeNull();
  expect(refusal({ with: [] })).toMatch(/with whom/);
  expect(refusal({ with: [ben, { ...ben, name: 'ben' }] })).toMatch(/Two people/);
  expect(refusal({ with: [{ ...ben, identityKey: new Uint8Array(32) }] })).toMatch(/identity key of Ben/);
  expect(refusal({ lines: [{ name: 'Eve', text: 'x' }] })).toMatch(/Nobody is called Eve/);
  expect(refusal({ lines: [{ name: 'Ana', text: ' ' }] })).toMatch(/empty/);
  expect(refusal({ room: 'two\nlines' })).toMatch(/no name/);
});
