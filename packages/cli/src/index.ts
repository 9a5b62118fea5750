/** The `otr` command and what `npm start` makes of it. */
import { open } from './commands/open.ts';
import { read } from './commands/read.ts';
import { run } from './commands/relay/run.ts';
import { storeCommands } from './commands/relay/store.ts';
import { roomCommands } from './commands/room.ts';
import { send } from './commands/send.ts';
import { start } from './commands/start.ts';
import { statusCommands } from './commands/status.ts';
import { up } from './commands/up.ts';

export { runProgram } from './run.ts';

export const otrCommands = [up, open, ...roomCommands, send, read, ...statusCommands, run, ...storeCommands];
export const startCommands = [start];
