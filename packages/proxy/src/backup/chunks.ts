import type { KeyObject } from 'node:crypto';
import { nonceLength, openBytes, sealBytes, tagLength } from '../core/aead.ts';
import { uint64 } from '../core/text.ts';

/** Of the plaintext. All chunks but the last have it. */
export const chunkLength = 64 * 1024;
export const sealedLength = chunkLength + nonceLength + tagLength;

/**
 * Seals a stream of bytes in chunks (as STREAM does: https://eprint.iacr.org/2015/189). The additional data of each is
 * the whole header, the chunk's number and whether it is the last: no chunk can be changed, moved, left out or taken
 * from another backup, and none can be cut off the end.
 */
export class ChunkSealer {
  readonly #key: KeyObject;
  readonly #header: Uint8Array;
  readonly #write: (sealed: Uint8Array) => Promise<void>;
  readonly #chunk = Buffer.alloc(chunkLength);
  #length = 0;
  #number = 0;

  constructor(key: KeyObject, header: Uint8Array, write: (sealed: Uint8Array) => Promise<void>) {
    this.#key = key;
    this.#header = header;
    this.#write = write;
  }

  async add(bytes: Uint8Array): Promise<void> {
    let left = bytes;
    while (left.length > 0) {
      // Only now is it known that the full one is not the last.
      if (this.#length === chunkLength) await this.#seal(false);
      const part = left.subarray(0, chunkLength - this.#length);
      this.#chunk.set(part, this.#length);
      this.#length += part.length;
      left = left.subarray(part.length);
    }
  }

  async end(): Promise<void> {
    await this.#seal(true);
    this.#chunk.fill(0);
  }

  async #seal(isLast: boolean): Promise<void> {
    const plaintext = this.#chunk.subarray(0, this.#length);
    const sealed = sealBytes(this.#key, plaintext, additionalData(this.#header, this.#number, isLast));
    this.#length = 0;
    this.#number += 1;
    await this.#write(sealed);
  }
}

/** The plaintext of one chunk; null where it is not exactly the one that was sealed for this place. */
export function openChunk(
  key: KeyObject,
  header: Uint8Array,
  { sealed, number, isLast }: { sealed: Uint8Array; number: number; isLast: boolean },
): Uint8Array | null {
  return openBytes(key, sealed, additionalData(header, number, isLast));
}

function additionalData(header: Uint8Array, number: number, isLast: boolean): Buffer {
  return Buffer.concat([context, header, uint64(number), Uint8Array.of(isLast ? 1 : 0)]);
}

const context = Buffer.from('otr-chatroom backup chunk\n');
