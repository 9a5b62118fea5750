import { randomInt } from 'node:crypto';
import type { Transcript } from '../../src/transcript/transcript.ts';
import { copyOf, pick } from './recorded.ts';

/** A place in a transcript whose every bit is checked. */
export interface Protected {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Not all of an X25519 private key counts (RFC 7748 §5): five bits of its first and last byte are set or cleared. */
  readonly from?: number;
  readonly to?: number;
}

/**
 * The fields that the test changes: bodies of messages and of commits, access keys, slices that opened, the keys *a* and
 * *e*. Left out, because nothing in the protocol could tell: a whisper that is not for us (it looks like random bytes, and
 * only a later message's digest covers its body), the id of another's commit (covered in the same way), keys of the state
 * that are never used, such as our own signature key.
 */
export function protectedIn({ start, steps }: Transcript): Protected[] {
  const heard = new Set(
    steps.flatMap((step) => (step.kind === 'shown' ? step.messages.map(({ id }) => id) : [])),
  );
  const inSteps = steps.flatMap((step): Protected[] => {
    if (step.kind === 'pending' || step.kind === 'shown') return [];
    if (step.kind === 'commit') {
      return [
        { name: 'commit', bytes: step.body },
        { name: 'access key', bytes: step.accessKey },
      ];
    }
    const isWhisper = step.body[0] === 0x57;
    if (!isWhisper) return [{ name: 'message', bytes: step.body }];
    if (!heard.has(Buffer.from(step.id).toString('base64url'))) return [];
    const slices = step.slices.map(({ ciphertext }) => ({ name: 'slice', bytes: ciphertext }));
    return [{ name: 'whisper', bytes: step.body }, ...slices];
  });
  const middle = { from: 1, to: 31 };
  return [
    { name: 'identity key', bytes: start.identityKey, ...middle },
    { name: 'ephemeral key', bytes: start.ephemeral, ...middle },
    ...inSteps,
  ];
}

/** A copy with one bit of one of these places, at random, of each kind alike, the other way round. */
export function flipped(
  transcript: Transcript,
  only?: string,
): { name: string; at: number; changed: Transcript } {
  const changed = copyOf(transcript);
  const places = protectedIn(changed).filter(({ name }) => only === undefined || name === only);
  const kind = pick([...new Set(places.map(({ name }) => name))]);
  const { name, bytes, from = 0, to = bytes.length } = pick(places.filter((place) => place.name === kind));
  const at = randomInt(from, to);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << randomInt(8));
  return { name, at, changed };
}
