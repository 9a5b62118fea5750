import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// As in packages/cli/bin/otr.mjs, and in the same folder.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/otr', import.meta.url)));
const { runProgram, startCommands } = await import('../packages/cli/src/index.ts');
await runProgram('npm start --', startCommands);
