import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { access, type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Argon2id, passphraseKey } from '../vault/passphraseKey.ts';
import { ChunkSealer, openChunk, sealedLength } from './chunks.ts';
import {
  type BackupHeader,
  headerLength,
  keyLength,
  makeHeader,
  openContentKey,
  parseHeader,
  saltLength,
} from './header.ts';
import { type BackupRecord, formatRecord, parseRecord } from './records.ts';
import {
  damaged,
  fileExists,
  fileUnusable,
  isSystemError,
  newerVersion,
  notABackup,
  type Outcome,
  wrongPassphrase,
} from './refusals.ts';

/** Longer than any line of a backup. */
const lineAtMost = 16 * 1024 * 1024;

/** Where a backup is written until it is whole: what a crash may leave, and the next try replaces. */
export const unfinishedBackup = (file: string) => `${file}.unfinished`;

/** Refused where the file exists, or cannot be made. */
export async function checkNewFile(file: string): Promise<Outcome<null>> {
  try {
    await access(file);
    return fileExists(file);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return error.code === 'ENOENT' ? { ok: true, value: null } : fileUnusable(file, error);
  }
}

/**
 * Writes the records that `fill` hands over into a new file under this passphrase: whole, on disk and for its owner
 * only, or not at all.
 */
export async function writeBackup<Value>(
  file: string,
  { passphrase, cost }: { passphrase: Uint8Array; cost: Argon2id },
  fill: (add: (record: BackupRecord) => Promise<void>) => Promise<Outcome<Value>>,
): Promise<Outcome<Value>> {
  const unfinished = unfinishedBackup(file);
  const { header, key } = await newKey(passphrase, cost);
  try {
    await rm(unfinished, { force: true });
    const handle = await open(unfinished, 'wx', 0o600);
    const filled = await writeSealed(handle, { header, key }, fill).finally(() => handle.close());
    if (!filled.ok) return filled;
    await rename(unfinished, file);
    await syncFolder(dirname(file));
    return filled;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return fileUnusable(file, error);
  } finally {
    await rm(unfinished, { force: true }).catch(() => {});
  }
}

async function writeSealed<Value>(
  handle: FileHandle,
  { header, key }: { header: Buffer; key: KeyObject },
  fill: (add: (record: BackupRecord) => Promise<void>) => Promise<Outcome<Value>>,
): Promise<Outcome<Value>> {
  await handle.writeFile(header);
  const sealer = new ChunkSealer(key, header, (sealed) => handle.writeFile(sealed));
  const filled = await fill((record) => sealer.add(formatRecord(record)));
  await sealer.end();
  await handle.sync();
  return filled;
}

/** An existing backup. Its content is read in order, once. */
export class BackupFile {
  readonly #file: string;
  readonly #handle: FileHandle;
  readonly #size: number;
  readonly #header: BackupHeader;

  private constructor(file: string, handle: FileHandle, size: number, header: BackupHeader) {
    this.#file = file;
    this.#handle = handle;
    this.#size = size;
    this.#header = header;
  }

  static async open(file: string): Promise<Outcome<BackupFile>> {
    let handle: FileHandle | undefined;
    try {
      handle = await open(file, 'r');
      const { size } = await handle.stat();
      const parsed = parseHeader(await readAt(handle, 0, headerLength));
      if (parsed.kind === 'header') {
        return { ok: true, value: new BackupFile(file, handle, size, parsed.header) };
      }
      await handle.close();
      if (parsed.kind === 'newer') return newerVersion(file);
      return parsed.kind === 'foreign' ? notABackup(file) : damaged(file);
    } catch (error) {
      await handle?.close();
      if (!isSystemError(error)) throw error;
      return fileUnusable(file, error);
    }
  }

  /** The key of the content. The passphrase is left as it is. */
  async unlock(passphrase: Uint8Array): Promise<Outcome<KeyObject>> {
    const { salt, argon2id } = this.#header;
    const opener = await passphraseKey(passphrase, salt, argon2id);
    const key = openContentKey(opener, this.#header);
    opener.fill(0);
    if (key === null) return wrongPassphrase();
    const object = createSecretKey(key);
    key.fill(0);
    return { ok: true, value: object };
  }

  /** A chunk's records at a time. After the first refusal there is no more. */
  async *records(key: KeyObject): AsyncGenerator<Outcome<BackupRecord[]>, void, undefined> {
    let begun: Buffer = Buffer.alloc(0);
    for await (const chunk of this.#chunks(key)) {
      if (!chunk.ok) return yield chunk;
      const { lines, rest } = linesOf(Buffer.concat([begun, chunk.value]));
      begun = rest;
      const records = lines.map(parseRecord);
      const isWhole = records.every((record) => record !== null) && begun.length <= lineAtMost;
      if (!isWhole) return yield damaged(this.#file);
      yield { ok: true, value: records };
    }
    if (begun.length > 0) yield damaged(this.#file);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async *#chunks(key: KeyObject): AsyncGenerator<Outcome<Uint8Array>, void, undefined> {
    const { bytes: header } = this.#header;
    let place = headerLength;
    for (let number = 0, isLast = false; !isLast; number++) {
      const sealed = await this.#read(place);
      if (!sealed.ok) return yield sealed;
      place += sealedLength;
      isLast = place >= this.#size;
      const plaintext = openChunk(key, header, { sealed: sealed.value, number, isLast });
      if (plaintext === null) return yield damaged(this.#file);
      yield { ok: true, value: plaintext };
    }
  }

  async #read(place: number): Promise<Outcome<Buffer>> {
    try {
      return { ok: true, value: await readAt(this.#handle, place, sealedLength) };
    } catch (error) {
      if (!isSystemError(error)) throw error;
      return fileUnusable(this.#file, error);
    }
  }
}

async function newKey(passphrase: Uint8Array, cost: Argon2id): Promise<{ header: Buffer; key: KeyObject }> {
  const salt = randomBytes(saltLength);
  const sealer = await passphraseKey(passphrase, salt, cost);
  const content = randomBytes(keyLength);
  const header = makeHeader(sealer, content, { argon2id: cost, salt });
  const key = createSecretKey(content);
  sealer.fill(0);
  content.fill(0);
  return { header, key };
}

/** Fewer bytes at the end of the file. */
async function readAt(handle: FileHandle, place: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await handle.read(bytes, read, length - read, place + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return bytes.subarray(0, read);
}

function linesOf(bytes: Buffer): { lines: Buffer[]; rest: Buffer } {
  const lines: Buffer[] = [];
  let from = 0;
  for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, from)) {
    lines.push(bytes.subarray(from, end));
    from = end + 1;
  }
  return { lines, rest: bytes.subarray(from) };
}

const newline = 10;

/** What was renamed is under its new name after a crash, too. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return; // Folders cannot be opened there.
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
