import { type FileHandle, open, rm } from 'node:fs/promises';
import { exportRoom } from '@otr/client/node';
import type { Result } from '@otr/protocol';
import { command } from '../command.ts';
import { done, type Exit, failed } from '../exit.ts';
import { withRoom } from '../running.ts';
import { jsonLine, type Terminal } from '../terminal.ts';

type Pieces = AsyncIterable<Result<string>>;

export const exportCommand = command({
  path: 'export',
  arguments: ['<room>'],
  summary:
    'Write the whole history of a room as one file, unencrypted: to standard output, or into --output.',
  notes: 'A file that it writes can be read by its owner only.',
  uses: ['format', 'output'],
  run: (settings, [wanted = ''], { terminal }) =>
    withRoom(settings, wanted, async (client, { room }) => {
      const pieces = exportRoom(client, room, settings.format);
      const { output } = settings;
      if (output === undefined) return writeOut(pieces, terminal);
      const written = await writeFile(pieces, output);
      if (written === done && settings.json) terminal.result(jsonLine({ file: output }));
      return written;
    }),
});

async function writeOut(pieces: Pieces, terminal: Terminal): Promise<Exit> {
  for await (const piece of pieces) {
    if (!piece.ok) return failed(piece.error.message);
    await terminal.piece(piece.value);
  }
  return done;
}

/** Leaves no half of an export behind, and nothing that was there before is lost. */
async function writeFile(pieces: Pieces, file: string): Promise<Exit> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'wx', 0o600);
  } catch (error) {
    return failed(cannotWrite(file, error));
  }
  const written = await writeAll(pieces, handle, file);
  await handle.close();
  if (written !== done) await rm(file, { force: true });
  return written;
}

async function writeAll(pieces: Pieces, handle: FileHandle, file: string): Promise<Exit> {
  for await (const piece of pieces) {
    if (!piece.ok) return failed(piece.error.message);
    try {
      await handle.writeFile(piece.value);
    } catch (error) {
      return failed(cannotWrite(file, error));
    }
  }
  return done;
}

function cannotWrite(file: string, error: unknown): string {
  return `the export ${file} can't be written: ${error instanceof Error ? error.message : String(error)}`;
}
