import { otrCommands, runProgram } from './index.ts';

await runProgram('otr', otrCommands);
