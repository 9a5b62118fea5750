import { resolve } from 'node:path';
import { unreadable, withClosedProfile } from '../backup/closedProfile.ts';
import { type Outcome, refused } from '../backup/refusals.ts';
import { identityOf, newIdentityBytes } from '../core/identity/identity.ts';
import { fromText, toText } from '../core/text.ts';
import { openStore } from '../store/store.ts';
import type { VaultOptions } from '../vault/vault.ts';
import type { ForgedLine } from './forgeProblem.ts';
import { forgeTranscript } from './forgeTranscript.ts';
import { transcriptText } from './transcript.ts';

export interface ProfileForgeOptions {
  /** Of a profile that no proxy uses. Null: of nobody, with keys that are made up. */
  readonly folder: string | null;
  /** Asked only where a passphrase guards the profile. Null: none was given. What it answers is wiped. */
  askProfilePassphrase(): Promise<Uint8Array | null>;
  readonly room: string;
  /** What the profile's owner is called there; null: as in the profile. */
  readonly as: string | null;
  /** `key`: the person's, as base64url, or what the QR code of one's safety number holds (D6). Null: one is made up. */
  readonly with: readonly { readonly name: string; readonly key: string | null }[];
  readonly lines: readonly ForgedLine[];
}

/** The text of a transcript; or a sentence that says what is not as it should be. */
export type ForgedText = { ok: true; value: string } | { ok: false; message: string };

/** D10, with the owner of this profile as the one who shows the transcript. */
export async function forgeWithProfile(
  options: ProfileForgeOptions,
  vaultOptions: VaultOptions = {},
): Promise<ForgedText> {
  const owner = await ownerOf(options, vaultOptions);
  if (!owner.ok) return { ok: false, message: owner.error.message };
  try {
    return forge(options, owner.value);
  } finally {
    owner.value.identityKey.fill(0);
  }
}

interface Owner {
  readonly name: string | null;
  /** 32 private bytes. */
  readonly identityKey: Uint8Array;
}

async function ownerOf(
  { folder: given, askProfilePassphrase }: ProfileForgeOptions,
  vaultOptions: VaultOptions,
): Promise<Outcome<Owner>> {
  if (given === null) return { ok: true, value: { name: null, identityKey: newIdentityBytes() } };
  const folder = resolve(given);
  const closed = { folder, askProfilePassphrase, next: 'forge' };
  return await withClosedProfile(closed, vaultOptions, (masterKey) => readOwner(folder, masterKey));
}

function readOwner(folder: string, key: Uint8Array): Outcome<Owner> {
  const store = openStore({ folder, key });
  if (!store.ok) return refused('profileUnusable', store.message);
  try {
    return { ok: true, value: { name: store.value.name(), identityKey: store.value.identityKey() } };
  } catch (error) {
    return unreadable(folder, error);
  } finally {
    store.value.close();
  }
}

function forge({ room, as, lines, with: others }: ProfileForgeOptions, owner: Owner): ForgedText {
  const name = as ?? owner.name;
  if (name === null) return wrong('Whoever shows it has no name: say --as NAME.');
  const own = toText(identityOf(owner.identityKey).publicKey);
  const unknown = others.find(({ key }) => key !== null && keyIn(key, own) === null);
  if (unknown) return wrong(`The identity key of ${unknown.name} is none, and no code of theirs and yours.`);
  const people = others.map((one) => ({
    name: one.name,
    identityKey: one.key === null ? null : keyIn(one.key, own),
  }));
  const { identityKey } = owner;
  const forged = forgeTranscript({ room, lines, as: { name, identityKey }, with: people });
  return forged.ok ? { ok: true, value: transcriptText(forged.value) } : forged;
}

/** Of a code (D6) the key that is not our own. */
function keyIn(text: string, own: string): Uint8Array | null {
  if (/^[\w-]{43}$/.test(text)) return fromText(text);
  const [, ...both] = /^otr-verify:1:([\w-]{43}):([\w-]{43})$/.exec(text) ?? [];
  const [theirs] = both.includes(own) ? both.filter((key) => key !== own) : [];
  return theirs === undefined ? null : fromText(theirs);
}

function wrong(message: string): ForgedText {
  return { ok: false, message };
}
