import { argon2 } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';

/** Cost of guessing a passphrase (RFC 9106), with bounds that no file may take further. */
export const argon2id = z.strictObject({
  /** In KiB. */
  memory: z
    .int()
    .min(8 * 1024)
    .max(1024 * 1024),
  passes: z.int().min(1).max(10),
  parallelism: z.int().min(1).max(4),
});
export type Argon2id = Readonly<z.infer<typeof argon2id>>;

/** What a new passphrase costs today: RFC 9106 §4, the second recommended option, on one lane. */
export const costToday: Argon2id = { memory: 64 * 1024, passes: 3, parallelism: 1 };

/** Stored costs, none of them below today's. */
export function raised(cost: Argon2id, today: Argon2id): Argon2id {
  return {
    memory: Math.max(cost.memory, today.memory),
    passes: Math.max(cost.passes, today.passes),
    parallelism: Math.max(cost.parallelism, today.parallelism),
  };
}

const derive = promisify(argon2);

export function isBelow(cost: Argon2id, today: Argon2id): boolean {
  return cost.memory < today.memory || cost.passes < today.passes || cost.parallelism < today.parallelism;
}

/** A key of 32 bytes; the caller wipes it. The passphrase is left as it is. */
export async function passphraseKey(
  passphrase: Uint8Array,
  salt: Uint8Array,
  cost: Argon2id,
): Promise<Buffer> {
  const message = composed(passphrase);
  try {
    return await derive('argon2id', { message, nonce: salt, tagLength: 32, ...cost });
  } finally {
    message.fill(0);
  }
}

/**
 * A copy in Unicode's composed form: an `é` is the same on every keyboard. Only what is not ASCII goes through a
 * string, which cannot be wiped.
 */
function composed(passphrase: Uint8Array): Buffer {
  const bytes = Buffer.from(passphrase);
  if (passphrase.every((byte) => byte < 0x80)) return bytes;
  const normal = Buffer.from(bytes.toString('utf8').normalize('NFC'), 'utf8');
  bytes.fill(0);
  return normal;
}
