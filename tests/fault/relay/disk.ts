import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from '../../processes.ts';

const run = promisify(execFile);
const bytes = 256 * 1024 * 1024;

/**
 * A disk of its own: a file system in a file, mounted through a loop device. What was synced is in that file; what was
 * only written is in the page cache of the mounted file system. So a copy of the file is the disk after a power cut.
 * Needs root and Linux.
 */
export class Disk {
  readonly folder: string;
  #image: string;
  readonly #remove: () => void;
  /** A test that failed on its way leaves no mount behind. */
  readonly #atExit = () => {
    spawnSync('umount', ['--lazy', this.folder]);
    this.#remove();
  };

  private constructor(path: string, remove: () => void) {
    this.folder = join(path, 'disk');
    this.#image = join(path, 'image');
    this.#remove = remove;
    process.once('exit', this.#atExit);
  }

  /** Why there can be none on this machine; undefined where there can. */
  static async unavailable(): Promise<string | undefined> {
    if (process.platform !== 'linux' || process.getuid?.() !== 0)
      return 'only root can mount a disk, on Linux';
    try {
      const disk = await Disk.make();
      await disk.remove();
      return undefined;
    } catch (error) {
      return `no disk can be mounted: ${error instanceof Error ? error.message.trim() : String(error)}`;
    }
  }

  static async make(): Promise<Disk> {
    const { path, remove } = temporaryFolder();
    const disk = new Disk(path, remove);
    mkdirSync(disk.folder);
    // Whoever uses it need not be root.
    chmodSync(path, 0o711);
    try {
      await run('truncate', ['-s', String(bytes), disk.#image]);
      await run('mkfs.ext4', ['-q', disk.#image]);
      await disk.#mount();
      return disk;
    } catch (error) {
      disk.#forget();
      throw error;
    }
  }

  /** Everything that was written is on the disk. */
  async sync(): Promise<void> {
    await run('sync', ['-f', this.folder]);
  }

  /** Goes on with what was synced; nobody may have a file on it open. */
  async losePower(): Promise<void> {
    const cut = `${this.#image}.cut`;
    await run('cp', ['--sparse=always', this.#image, cut]);
    // What this writes back comes too late.
    await this.#unmount();
    rmSync(this.#image);
    this.#image = cut;
    await this.#mount();
  }

  async remove(): Promise<void> {
    await this.#unmount();
    this.#forget();
  }

  #forget(): void {
    process.off('exit', this.#atExit);
    this.#remove();
  }

  async #mount(): Promise<void> {
    await run('mount', ['-o', 'loop', this.#image, this.folder]);
    await run('chmod', ['755', this.folder]);
  }

  async #unmount(): Promise<void> {
    await run('umount', [this.folder]);
  }
}
