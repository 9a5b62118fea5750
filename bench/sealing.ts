import { createCipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { generateKeyPair } from '../packages/proxy/src/core/keyPair.ts';
import { createPairwiseCipher } from '../packages/proxy/src/core/pairwiseCipher.ts';
import { encodePayload } from '../packages/proxy/src/core/payloadCodec.ts';
import { randomId, toText } from '../packages/proxy/src/core/text.ts';
import { median } from './figures.ts';

const recipientCounts = [10, 100, 1_000];
const runs = 9;

/** CPU time of `work`, in microseconds per call. */
function cpuMicroseconds(calls: number, work: () => void): number {
  const before = process.cpuUsage();
  for (let call = 0; call < calls; call++) work();
  const used = process.cpuUsage(before);
  return (used.user + used.system) / calls;
}

function textPayload(length: number): Uint8Array {
  return encodePayload({
    version: 1,
    proof: { id: toText(randomId()), counter: 1, epoch: 1, roster: 'A'.repeat(43), at: Date.now() },
    content: { kind: 'text', text: 'x'.repeat(length) },
  });
}

/** What node:crypto needs at the least: one AES-256-GCM call under a key object for each recipient. */
function sealWithNothingElse(keys: KeyObject[], plaintext: Uint8Array): void {
  const nonce = randomBytes(12);
  for (const key of keys) {
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    cipher.setAAD(plaintext.subarray(0, 128));
    cipher.update(plaintext);
    cipher.final();
    cipher.getAuthTag();
  }
}

/** µs of CPU to seal one message, with the pair keys in the cache and with each derived anew. */
export function benchSealing(): void {
  const room = randomId();
  const own = generateKeyPair();
  console.log('\nSealing one message (CPU time in the proxy, median of', runs, 'runs)\n');
  console.log(
    'recipients | text bytes | cached keys, µs | ratio to bare AES-GCM | keys derived anew, µs | ratio to cached',
  );
  for (const count of recipientCounts) {
    const recipients = Array.from({ length: count }, () => generateKeyPair().publicKey);
    const bareKeys = recipients.map(() => createSecretKey(randomBytes(32)));
    for (const length of [20, 2_000]) {
      const plaintext = textPayload(length);
      const cipher = createPairwiseCipher(room, [own]);
      const seal = () => void cipher.seal({ id: randomId(), plaintext, recipients });
      const sealAnew = () =>
        void createPairwiseCipher(room, [own]).seal({ id: randomId(), plaintext, recipients });
      seal();
      const calls = Math.max(3, 3_000 / count);
      const cached = median(Array.from({ length: runs }, () => cpuMicroseconds(calls, seal)));
      const sealBare = () => sealWithNothingElse(bareKeys, plaintext.subarray(0, length > 200 ? 65 : 257));
      const bare = median(Array.from({ length: runs }, () => cpuMicroseconds(calls, sealBare)));
      const anew = median(Array.from({ length: runs }, () => cpuMicroseconds(1, sealAnew)));
      console.log(
        `${count} | ${length} | ${cached.toFixed(0)} | ${(cached / bare).toFixed(1)} | ${anew.toFixed(0)} | ${(anew / cached).toFixed(1)}`,
      );
    }
  }
}
