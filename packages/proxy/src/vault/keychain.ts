import { ok, type Result, refuse } from '@otr/protocol';

/** Small secrets kept by the operating system for this user. */
export interface Keychain {
  /** Null where it has none under this name. The caller wipes what it gets. */
  read(name: string): Promise<Result<Uint8Array | null>>;
  write(name: string, secret: Uint8Array): Promise<Result<Record<string, never>>>;
  remove(name: string): Promise<Result<Record<string, never>>>;
}

const service = 'otr-chatroom';

/**
 * The keychain of macOS, the credential manager of Windows, the secret service of a Linux desktop. Its module is
 * optional and loaded when it is first asked for.
 */
export const systemKeychain: Keychain = {
  read: (name) =>
    asked(async (entry) => {
      const found = await entry.getSecret();
      const secret = found && Uint8Array.from(found);
      found?.fill(0);
      return secret;
    }, name),
  write: (name, secret) =>
    asked(async (entry) => {
      await entry.setSecret(secret);
      return {};
    }, name),
  remove: (name) =>
    asked(async (entry) => {
      await entry.deleteCredential();
      return {};
    }, name),
};

type Entry = InstanceType<typeof import('@napi-rs/keyring')['AsyncEntry']>;

async function asked<Value>(ask: (entry: Entry) => Promise<Value>, name: string): Promise<Result<Value>> {
  try {
    const { AsyncEntry } = await import('@napi-rs/keyring');
    // Without a secret service the module would use the kernel's keyring, which is empty after a restart.
    return ok(await ask(new AsyncEntry(service, name, { linux: { store: 'secret-service' } })));
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown reason';
    return refuse(
      'keychainUnavailable',
      `The keychain of this system cannot be used (${reason.slice(0, 200)}). Unlock it, or choose a passphrase instead.`,
    );
  }
}
