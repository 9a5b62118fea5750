import { dataFolder } from './folders.ts';
import {
  admissionTokens,
  databaseFolder,
  duration,
  fileOrInput,
  lines,
  oneOf,
  type Parse,
  path,
  postgresUrl,
  redisUrl,
  relayUrl,
  safetyDigits,
  socksServer,
  text,
  wholeNumber,
  yesOrNo,
} from './values.ts';

/** One setting: the same name is its flag (`--relay-port`), its variable (`OTR_RELAY_PORT`) and its config line. */
export interface Option<Value> {
  /** What the help shows for the value; absent for a switch. */
  readonly placeholder?: string;
  readonly help: string;
  readonly parse: Parse<Value>;
  readonly fallback: Value;
  /** The fallback in words, where it is not the value itself. */
  readonly otherwise?: string;
  /** The flag may be given more than once: the values are lines of one text. */
  readonly several?: true;
  /** Its value is never repeated, in errors or anywhere. */
  readonly secret?: true;
}

const port = wholeNumber(0, 65_535);
const count = wholeNumber(0, Number.MAX_SAFE_INTEGER);

function setting<Value, Fallback extends Value | undefined>(
  placeholder: string,
  help: string,
  parse: Parse<Value>,
  fallback: Fallback,
  otherwise?: string,
): Option<Value | Fallback> {
  return { placeholder, help, parse, fallback, ...(otherwise === undefined ? {} : { otherwise }) };
}

/** A setting whose value nobody may read over a shoulder or in a log. */
function secret<Value>(placeholder: string, help: string, parse: Parse<Value>): Option<Value | undefined> {
  return { placeholder, help, parse, fallback: undefined, secret: true };
}

/** A setting that one command may be given several times. */
function several<Value>(placeholder: string, help: string, parse: Parse<Value>): Option<Value | undefined> {
  return { placeholder, help, parse, fallback: undefined, several: true };
}

function onOff(help: string, fallback: boolean): Option<boolean> {
  return { help, parse: yesOrNo, fallback };
}

/** The one table of settings: flags, variables, config lines and help are all made from it. */
export const options = {
  config: setting('FILE', 'read settings from this file', path, undefined, 'otr/config in the config folder'),
  json: onOff('print results for programs: one JSON object a line', false),
  quiet: onOff('print no log lines', false),
  'log-format': setting('FORMAT', 'log lines as text or json', oneOf('text', 'json'), 'text' as const),
  profile: setting(
    'DIR',
    'folder of keys and history',
    path,
    dataFolder('profile'),
    'otr/profile in the data folder',
  ),
  socket: setting(
    'FILE',
    'socket file of the running proxy, instead of the profile’s (for an ephemeral one)',
    text,
    undefined,
  ),
  relay: setting('URL', 'relay for new rooms', relayUrl, undefined),
  admission: secret(
    'TOKEN',
    'token of a private relay: the relay asks for it (two with a comma while it changes), the proxy shows it',
    admissionTokens,
  ),
  socks: setting(
    'ADDRESS',
    'SOCKS5 server, such as Tor’s 127.0.0.1:9050, that every connection to a relay goes through',
    socksServer,
    undefined,
    'connections are direct',
  ),
  'socks-per-room': onOff('with a SOCKS server: a connection and a circuit of its own for each room', false),
  name: setting('NAME', 'name shown to others', text, undefined, 'asked for on the page'),
  host: setting('ADDRESS', 'loopback address of the page', text, undefined, '127.0.0.1'),
  port: setting('PORT', 'port of the page', port, undefined, 'drawn once for the profile'),
  open: onOff('open the page in the browser', true),
  ephemeral: onOff('keep nothing: keys and history are gone when the proxy stops', false),
  'passphrase-file': setting(
    'FILE',
    'file whose first line is the passphrase of the profile',
    path,
    undefined,
    'asked for in the terminal or on the page',
  ),
  'backup-passphrase-file': setting(
    'FILE',
    'file whose first line is the passphrase of a backup',
    path,
    undefined,
    'asked for in the terminal',
  ),
  keychain: onOff('let the keychain of this system guard the profile', false),
  'lock-after': setting(
    'TIME',
    'lock the profile when nothing was asked of it for so long; 0: never',
    duration,
    undefined,
    'as it is',
  ),
  'relay-host': setting('ADDRESS', 'address the relay listens on', text, '127.0.0.1'),
  'relay-port': setting(
    'PORT',
    'port the relay listens on; 0: any',
    port,
    undefined,
    'drawn once for the data folder',
  ),
  'relay-data': setting(
    'DIR',
    'folder of the relay’s database, or :memory:',
    databaseFolder,
    dataFolder('relay'),
    'otr/relay in the data folder',
  ),
  database: secret('URL', 'PostgreSQL database of the relay, instead of its folder', postgresUrl),
  redis: secret('URL', 'Redis or Valkey, where several relays share the database', redisUrl),
  'tls-cert': setting('FILE', 'the relay speaks https with this certificate (PEM)', path, undefined),
  'tls-key': setting('FILE', 'key of the certificate (PEM)', path, undefined),
  'metrics-host': setting('ADDRESS', 'address of the relay’s metrics', text, '127.0.0.1'),
  'metrics-port': setting('PORT', 'port of the relay’s metrics; 0: any', port, undefined, 'no metrics'),
  'max-connections': setting('COUNT', 'connections to the relay at once', count, undefined, '20000'),
  'cleanup-interval': setting('TIME', 'time between two key cleanups', duration, undefined, '60s'),
  grace: setting('TIME', 'after this long without an answer a key is removed', duration, undefined, '10m'),
  retention: setting('TIME', 'after this long the relay forgets an entry', duration, undefined, '14d'),
  'max-room-bytes': setting('COUNT', 'stored bytes of one room', count, undefined, '256 MiB'),
  timeout: setting('TIME', 'how long to wait for the relay', duration, 5_000, '5s'),
  wait: setting(
    'FOR',
    'saved: until it is stored here; relay: until the relay has it',
    oneOf('saved', 'relay'),
    'saved' as const,
  ),
  follow: onOff('go on with new messages until stopped', false),
  limit: setting('COUNT', 'only the newest of them', count, undefined, 'all'),
  ids: onOff('show the ids of messages', false),
  'reply-to': setting('MESSAGE', 'id of the message that this one answers', text, undefined),
  to: several('MEMBER', 'whisper to this member only; may be given several times', lines),
  room: setting('ROOM', 'only in this room', text, undefined, 'in all rooms'),
  uses: setting('COUNT', 'how many may come in by the invite', wholeNumber(1, 10_000), undefined, 'any'),
  expires: setting('TIME', 'how long the invite is good', duration, undefined, 'without an end'),
  large: onOff('for more than 350 members, without post-quantum key agreement', false),
  'off-the-record': onOff('nothing that is said there is signed, or kept on any disk', false),
  'publish-key': onOff('give the members the key of one’s signatures there: they prove nothing then', false),
  approval: onOff('somebody must let in each one who comes by the invite', false),
  format: setting(
    'FORMAT',
    'what to export: html to read, json for programs',
    oneOf('html', 'json'),
    'html' as const,
  ),
  output: setting('FILE', 'write into this file, which must not exist', path, undefined, 'standard output'),
  number: setting(
    'DIGITS',
    'the 60 digits that the member reads out: verified if they are the same',
    safetyDigits,
    undefined,
  ),
  code: setting('TEXT', 'what the member’s QR code holds: verified if it is the same', text, undefined),
  qr: onOff('show the QR code, too', false),
  'take-back': onOff('the member is verified no longer', false),
  enter: setting('WORDS', 'the three words that the member reads out; "-" asks for them', text, undefined),
  yes: onOff('the link was given to this person', false),
  no: onOff('it was not, or one does not know', false),
  'forged-room': setting('NAME', 'what the room is called that never was', text, undefined),
  as: setting('NAME', 'what one is called there oneself', text, undefined, 'the profile’s name'),
  with: several(
    'NAME=KEY',
    'who is there too, with their identity key or the code of their safety number, or made up; may be given several times',
    lines,
  ),
  script: setting(
    'FILE',
    'what they said: NAME: TEXT or NAME -> NAME: TEXT a line',
    fileOrInput,
    '-',
    'standard input',
  ),
  'made-up': onOff('play somebody who does not exist, instead of the profile’s owner', false),
  'unsafe-record': setting(
    'DIR',
    'UNSAFE: write the keys and all that is said of each room from now on into files of this folder',
    path,
    undefined,
    'never',
  ),
  since: setting('SEQ', 'only messages after this place in the room', count, undefined, 'the beginning'),
} as const;

export type OptionName = keyof typeof options;

export type ValueOf<Name extends OptionName> =
  (typeof options)[Name] extends Option<infer Value> ? Value : never;

/** Settings for a command that uses these options. */
export type Settings<Name extends OptionName = OptionName> = { readonly [Key in Name]: ValueOf<Key> };

export const isOptionName = (name: string): name is OptionName => Object.hasOwn(options, name);

export const isSwitch = (name: OptionName): boolean => !('placeholder' in options[name]);

export const isSecret = (name: OptionName): boolean => 'secret' in options[name];

/** `relay-port` → `OTR_RELAY_PORT`. */
export const variableOf = (name: string): string => `OTR_${name.toUpperCase().replaceAll('-', '_')}`;

/** What every command takes. */
export const commonOptions = ['config', 'json', 'quiet', 'log-format', 'profile', 'socket'] as const;
