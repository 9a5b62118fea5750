/** Changes the guard of a vault and is killed at one of its steps: `node crashingVault.ts FOLDER STEP GUARD`. */
import { findVault } from '../../src/vault/vault.ts';
import { fileKeychain } from './fileKeychain.ts';
import { cheap } from './vaults.ts';

const [folder = '', step = '', guard = ''] = process.argv.slice(2);
const by = guard === 'passphrase' || guard === 'keychain' ? guard : 'file';
const found = await findVault(folder, {
  cost: cheap,
  keychain: fileKeychain(`${folder}-keychain`),
  afterStep: (name) => {
    if (name === step) process.kill(process.pid, 'SIGKILL');
  },
});
if (!found.ok) throw new Error(found.message);
const changed = await found.value.protect({
  by,
  passphrase: by === 'passphrase' ? Buffer.from('new') : null,
  current: Buffer.from('old'),
  lockAfterMinutes: 0,
});
process.stdout.write(changed.ok ? 'changed' : changed.error.code);
