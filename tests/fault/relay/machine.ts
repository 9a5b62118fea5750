import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startOtr, temporaryFolder } from '../../processes.ts';
import { startPostgres } from '../../services.ts';
import { Disk } from './disk.ts';

/** A relay and all that it stands on, which may lose its power. */
export interface Machine {
  url: string;
  /** Every process ends and the page cache is gone; then it starts again with what the disk holds. */
  losePower(): Promise<void>;
  stop(): Promise<void>;
}

const script = join(import.meta.dirname, 'imagedRelay.ts');

/** A relay with its embedded store; what the disk would hold is simulated: see `imagedRelay.ts`. */
export async function startImagedMachine(synchronous: 'FULL' | 'OFF'): Promise<Machine> {
  const folder = temporaryFolder();
  const [data, image] = [join(folder.path, 'data'), join(folder.path, 'image')];
  const start = async () => {
    const child = spawn(process.execPath, [script, data, image, synchronous], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(child.stdout, 'data');
    machine.url = String(line).trim();
    return child;
  };
  const kill = async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  const machine: Machine = {
    url: '',
    async losePower() {
      await kill();
      rmSync(data, { recursive: true });
      const whole = readFileSync(join(image, 'current'), 'utf8');
      renameSync(join(image, whole), data);
      rmSync(image, { recursive: true });
      child = await start();
    },
    async stop() {
      await kill();
      folder.remove();
    },
  };
  let child = await start();
  return machine;
}

/** A relay with its embedded store on a disk of its own: what the simulation says, on real blocks. */
export async function startSqliteOnDisk(): Promise<Machine> {
  const disk = await Disk.make();
  const start = async () => {
    const relay = await startOtr(['relay', '--port', '0', '--data', join(disk.folder, 'data')]);
    machine.url = relay.ready['listening'] ?? '';
    return relay;
  };
  const machine: Machine = {
    url: '',
    async losePower() {
      await relay.kill();
      await disk.losePower();
      relay = await start();
    },
    async stop() {
      await relay.kill();
      await disk.remove();
    },
  };
  let relay = await start();
  return machine;
}

/** A relay on a PostgreSQL whose data are on a disk of their own. */
export async function startPostgresOnDisk(fsync: 'on' | 'off'): Promise<Machine> {
  const disk = await Disk.make();
  const postgres = await startPostgres([`fsync=${fsync}`], disk.folder);
  const folder = temporaryFolder();
  const database = await postgres.createDatabase();
  const start = async () => {
    const relay = await startOtr([
      ...['relay', '--port', '0'],
      ...['--data', folder.path, '--database', database],
    ]);
    machine.url = relay.ready['listening'] ?? '';
    return relay;
  };
  const machine: Machine = {
    url: '',
    async losePower() {
      await Promise.all([relay.kill(), postgres.kill()]);
      await disk.losePower();
      await postgres.start();
      relay = await start();
    },
    async stop() {
      await relay.kill();
      await postgres.stop();
      await disk.remove();
      folder.remove();
    },
  };
  let relay = await start();
  // What was there at the start has been written back long ago.
  await disk.sync();
  return machine;
}
