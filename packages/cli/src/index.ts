/** The `otr` command and what `npm start` makes of it. */
import { backup } from './commands/backup.ts';
import { decisionCommands } from './commands/decisions.ts';
import { exportCommand } from './commands/export.ts';
import { forge } from './commands/forge.ts';
import { historyCommands } from './commands/history.ts';
import { messageCommands } from './commands/message.ts';
import { open } from './commands/open.ts';
import { read } from './commands/read.ts';
import { run } from './commands/relay/run.ts';
import { storeCommands } from './commands/relay/store.ts';
import { restore } from './commands/restore.ts';
import { roomCommands } from './commands/room.ts';
import { inviteCommands } from './commands/roomInvites.ts';
import { roomList } from './commands/roomList.ts';
import { peopleCommands } from './commands/roomPeople.ts';
import { settingsCommands } from './commands/roomSettings.ts';
import { search } from './commands/search.ts';
import { send } from './commands/send.ts';
import { start } from './commands/start.ts';
import { statusCommands } from './commands/status.ts';
import { transcript } from './commands/transcript.ts';
import { up } from './commands/up.ts';
import { vaultCommands } from './commands/vault.ts';
import { verify } from './commands/verify.ts';
import { words } from './commands/words.ts';

export { runProgram } from './run.ts';

export const otrCommands = [
  up,
  open,
  roomList,
  ...roomCommands,
  ...inviteCommands,
  ...peopleCommands,
  ...settingsCommands,
  verify,
  words,
  ...decisionCommands,
  send,
  ...messageCommands,
  read,
  search,
  ...historyCommands,
  exportCommand,
  forge,
  transcript,
  ...statusCommands,
  ...vaultCommands,
  backup,
  restore,
  run,
  ...storeCommands,
];
export const startCommands = [start];
