import { beforeAll, expect, test, vi } from 'vitest';
import { compactSuite, defaultSuite } from '../../packages/proxy/src/core/group/config.ts';
import type { Transcript } from '../../packages/proxy/src/transcript/transcript.ts';
import { verifyTranscript } from '../../packages/proxy/src/transcript/verifyTranscript.ts';
import { flipped } from '../../packages/proxy/test/transcript/flips.ts';
import { forged } from '../../packages/proxy/test/transcript/forged.ts';
import { realTranscripts } from '../../packages/proxy/test/transcript/recorded.ts';

// Some minutes of one processor, on machines that may be busy.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

let real: Transcript[] = [];
let fake: Transcript[] = [];
beforeAll(async () => {
  real = await realTranscripts(20);
  // As the real ones, every fourth with post-quantum key agreement.
  fake = Array.from({ length: 100 }, (_, at) =>
    forged({ suiteId: at % 4 > 0 ? compactSuite : defaultSuite }),
  );
});

test('[D10] every one of 100 real and 100 forged transcripts is accepted', () => {
  const refused = (all: readonly Transcript[]) =>
    all.map((one) => verifyTranscript(one)).filter(({ ok }) => !ok);
  expect([real.length, fake.length]).toEqual([100, 100]);
  expect(refused(real)).toEqual([]);
  expect(refused(fake)).toEqual([]);
});

test('[D10] one bit of each is changed, and none is accepted', () => {
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
