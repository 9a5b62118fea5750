/**
 * A proxy with a real vault and real databases, to be scanned from outside: `node scannedProxy.ts FOLDER PAGE [careless]`.
 * It prints its socket file. `careless` switches wiping off. What comes on standard input is a passphrase in bytes.
 */
import { syncBuiltinESMExports } from 'node:module';
import v8 from 'node:v8';

const [folder = '', pageFolder = '', mode = ''] = process.argv.slice(2);
if (mode === 'careless') switchWipingOff();

const { startProxyWith } = await import('../../src/proxy.ts');
const { openChat } = await import('../../src/openChat.ts');

/** What refers to the key decides nothing: it is wiped, or it stays. */
const kept: unknown[] = [];
const started = await startProxyWith(
  {
    relayUrl: 'http://127.0.0.1:1',
    profile: { folder },
    pageFolder,
    log: () => {},
    name: 'Ada',
    version: '0',
  },
  {
    openChat(options) {
      kept.push(options.store);
      return openChat(options);
    },
  },
);
if (!started.ok) throw new Error(started.error.message);
const proxy = started.value;
process.stdin.on('data', async (passphrase: Buffer) => {
  const unlocked = await proxy.unlock(passphrase);
  process.stdout.write(unlocked.ok ? 'unlocked\n' : `${unlocked.error.message}\n`);
});
process.stdout.write(`${proxy.socketFile}\n`);

/** Overwriting with zeros does nothing, and V8 keeps what it frees. */
function switchWipingOff(): void {
  for (const { prototype } of [Uint8Array, Buffer]) {
    const { fill } = prototype;
    prototype.fill = function (this: Uint8Array, ...given: Parameters<typeof fill>) {
      return given[0] === 0 ? this : fill.apply(this, given);
    } as typeof fill;
  }
  v8.setFlagsFromString = () => {};
  syncBuiltinESMExports();
}
