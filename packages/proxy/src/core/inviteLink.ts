import { limits, ok, type Result, refuse } from '@otr/protocol';
import { fromText, toText } from './text.ts';

/** What an invite link carries. */
export interface Invite {
  /** Where the relay is: an origin. */
  readonly relayUrl: string;
  /** The room id, 16 bytes. */
  readonly room: Uint8Array;
  /** 32 bytes: the invite's secret, or the voucher that gives it (`inviteSecretOf`, D7) where there is a fingerprint. */
  readonly secret: Uint8Array;
  /** Of who made a one-time invite, 16 bytes (D7); null for any other. */
  readonly fingerprint: Uint8Array | null;
}

const shape =
  /^otr:(?<relay>[^#\s]+)\/(?<room>[A-Za-z0-9_-]{22})#(?<secret>[A-Za-z0-9_-]{43})(?:\.(?<fingerprint>[A-Za-z0-9_-]{22}))?$/;
const sentence =
  'This is not an invite link: it must read otr:<relay>/<room>#<secret>. Ask for it again and copy all of it.';

/** S6, D7. The sentence of the refusal never repeats the link: it holds the room secret. */
export function parseInviteLink(text: string): Result<Invite> {
  const parts = text.trim().length <= 2 * limits.sealed ? shape.exec(text.trim())?.groups : undefined;
  const relayUrl = parts && relayOrigin(parts['relay'] ?? '');
  const room = fromText(parts?.['room'] ?? '');
  const secret = fromText(parts?.['secret'] ?? '');
  const given = parts?.['fingerprint'];
  const fingerprint = given === undefined ? null : fromText(given);
  if (!relayUrl || room.length !== 16 || secret.length !== 32) return refuse('badLink', sentence);
  // Many texts decode to the same bytes; a fingerprint has one.
  if (fingerprint && toText(fingerprint) !== given) return refuse('badLink', sentence);
  return ok({ relayUrl, room, secret, fingerprint });
}

/** The relay's scheme is left out where S6 makes it plain. */
export function formatInviteLink({ relayUrl, room, secret, fingerprint }: Invite): string {
  const url = new URL(relayUrl);
  const relay = `${url.protocol}//` === defaultScheme(url.hostname) ? url.host : url.origin;
  const maker = fingerprint ? `.${toText(fingerprint)}` : '';
  return `otr:${relay}/${toText(room)}#${toText(secret)}${maker}`;
}

/** The relay's origin of `host`, `host:port`, `http://host…` or `https://host…`; null for anything more. */
export function relayOrigin(relay: string): string | null {
  const text = /^https?:\/\//.test(relay) ? relay : `${defaultScheme(hostOf(relay))}${relay}`;
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const bare =
    url.pathname === '/' &&
    url.search === '' &&
    url.hash === '' &&
    url.username === '' &&
    url.password === '';
  return bare && url.hostname !== '' ? url.origin : null;
}

function hostOf(relay: string): string {
  return URL.canParse(`http://${relay}`) ? new URL(`http://${relay}`).hostname : '';
}

/** `http` where no network lies between (a loopback literal or localhost), `https` elsewhere. */
function defaultScheme(hostname: string): 'http://' | 'https://' {
  const loopback = /^127(\.\d{1,3}){3}$/.test(hostname) || hostname === '[::1]' || hostname === 'localhost';
  return loopback ? 'http://' : 'https://';
}
