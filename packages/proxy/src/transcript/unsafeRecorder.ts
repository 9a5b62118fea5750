import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Recorder, recorderOn } from './recorder.ts';
import { lineOf, type TranscriptLine } from './transcript.ts';

/**
 * A file for each room in this folder, `ROOM.unsafe.jsonl`, for its owner only. Where one cannot be written, the room is
 * recorded no longer, and the chat goes on; `told` is given a sentence.
 */
export function unsafeRecorder(folder: string, told: (problem: string) => void): Recorder {
  const broken = new Set<string>();
  const fileOf = (room: string) => join(folder, `${room}.unsafe.jsonl`);
  const write = (room: string, action: (file: string) => void) => {
    if (broken.has(room)) return;
    try {
      action(fileOf(room));
    } catch (error) {
      if (!(error instanceof Error && 'syscall' in error)) throw error;
      broken.add(room);
      told(`The transcript ${fileOf(room)} cannot be written (${error.message}): it ends here.`);
    }
  };
  return recorderOn({
    has: (room) => !broken.has(room) && existsSync(fileOf(room)),
    begin: (room, line) => write(room, (file) => beginFile(folder, file, line)),
    add: (room, line) => write(room, (file) => appendFileSync(file, lineOf(line))),
  });
}

/** That of a former membership stays. */
function setAside(file: string): void {
  const until = Math.floor(statSync(file).mtimeMs);
  renameSync(file, file.replace(/\.unsafe\.jsonl$/, `.until-${until}.unsafe.jsonl`));
}

function beginFile(folder: string, file: string, line: TranscriptLine): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (existsSync(file)) setAside(file);
  writeFileSync(file, lineOf(line), { mode: 0o600, flag: 'wx' });
  if (process.platform !== 'win32') chmodSync(file, 0o600);
}
