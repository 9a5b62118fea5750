#!/usr/bin/env node
// Starts the sources under the current Node, or itself under the one that comes with the packages.
import { spawn } from 'node:child_process';
import module from 'node:module';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNode, runsSources } from './node24.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));

if (runsSources(process.versions.node)) {
  // Halves the time to start. Beside the packages, where only who may change the sources may write; the default
  // is a folder that others can reach.
  module.enableCompileCache(join(root, 'node_modules/.cache/otr'));
  await import('../src/main.ts');
} else {
  const node = findNode(root);
  if (node === undefined) {
    console.error(`otr: Node 24.7 or newer is needed, this is ${process.version}. In a clone, run: npm ci`);
    process.exit(1);
  }
  runUnder(node);
}

/** The channel tells the child when this process is gone, so that nothing is left running. */
function runUnder(node) {
  // Not even this process, which holds nothing, opens an inspector.
  if (process.platform !== 'win32') process.on('SIGUSR1', () => {});
  const child = spawn(node, ['--disable-sigusr1', fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`otr: ${node} does not start: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}
