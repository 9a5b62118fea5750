import { type TestRoom, testRoom } from '../../../packages/relay/test/testRoom.ts';

/**
 * The access keys that a room's members can derive: whoever has seen the commit that opens an epoch has its key, as
 * from an epoch's exporter.
 */
export class Keyring {
  /** The room in epoch 0. */
  readonly first: TestRoom = testRoom();
  readonly #keys = new Map<string, TestRoom>();

  /** For a commit that is about to be sent. */
  next(): TestRoom {
    const key = testRoom(this.first.room);
    this.#keys.set(key.accessKey.toString('hex'), key);
    return key;
  }

  /** Undefined for a key that none of the members made. */
  find(accessKey: Uint8Array): TestRoom | undefined {
    return this.#keys.get(Buffer.from(accessKey).toString('hex'));
  }
}
