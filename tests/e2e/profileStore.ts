import { openStore, type Store } from '../../packages/proxy/src/store/store.ts';
import { findVault } from '../../packages/proxy/src/vault/vault.ts';

/** The store of a proxy that is stopped, opened with the key that its own vault keeps in a file. */
export async function openProfileStore(folder: string): Promise<Store> {
  const vault = await findVault(folder);
  if (!vault.ok) throw new Error(vault.message);
  const masterKey = await vault.value.open(null);
  if (!masterKey.ok) throw new Error(masterKey.error.message);
  const opened = openStore({ folder, key: masterKey.value });
  masterKey.value.fill(0);
  if (!opened.ok) throw new Error(opened.message);
  return opened.value;
}

/** What damage may leave of a member's keys: nothing but the way back to its rooms. */
export async function loseKeys(folder: string): Promise<void> {
  const store = await openProfileStore(folder);
  for (const { number } of store.rooms.all()) {
    const names = [...store.records.load(number).keys()].filter((name) => name !== 'wayBack');
    store.records.apply(number, { put: new Map(), delete: names });
  }
  store.close();
}
