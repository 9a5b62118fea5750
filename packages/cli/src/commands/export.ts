import { open, rm } from 'node:fs/promises';
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
  let mine = false;
  try {
    await using handle = await open(file, 'wx', 0o600);
    mine = true;
    for await (const piece of pieces) {
      if (!piece.ok) {
        await rm(file, { force: true });
        return failed(piece.error.message);
      }
      await handle.write(piece.value);
    }
    return done;
  } catch (error) {
    if (mine) await rm(file, { force: true });
    const reason = error instanceof Error ? error.message : String(error);
    return failed(`the export ${file} can't be written: ${reason}`);
  }
}
