import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { admissionToken } from '@otr/protocol';

export type Parsed<Value> = { ok: true; value: Value } | { ok: false; problem: string };

/** Text to value. `folder` is what a relative path means: the working folder, or the config file's. */
export type Parse<Value> = (text: string, folder: string) => Parsed<Value>;

const fine = <Value>(value: Value): Parsed<Value> => ({ ok: true, value });
const wrong = (problem: string): Parsed<never> => ({ ok: false, problem });

export const text: Parse<string> = (value) => fine(value);

/** One or several, each on a line of its own. */
export const lines: Parse<readonly string[]> = (value) => {
  const all = value.split('\n').filter((line) => line !== '');
  return all.length > 0 ? fine(all) : wrong('must not be empty');
};

export const path: Parse<string> = (value, folder) => fine(resolve(folder, value));

/** A file, or `-` for standard input. */
export const fileOrInput: Parse<string> = (value, folder) =>
  value === '-' ? fine(value) : path(value, folder);

/** A folder, or `:memory:` for a database that is gone when the process ends. */
export const databaseFolder: Parse<string> = (value, folder) =>
  value === ':memory:' ? fine(value) : path(value, folder);

export const yesOrNo: Parse<boolean> = (value) => {
  if (/^(yes|true|on|1)$/i.test(value)) return fine(true);
  if (/^(no|false|off|0)$/i.test(value)) return fine(false);
  return wrong('must be yes or no');
};

/** A whole number from `min` to `max`. */
export function wholeNumber(min: number, max: number): Parse<number> {
  return (value) => {
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= min && number <= max) return fine(number);
    return wrong(`must be a whole number from ${min} to ${max}`);
  };
}

export function oneOf<const Choice extends string>(...choices: Choice[]): Parse<Choice> {
  return (value) => {
    const choice = choices.find((known) => known === value);
    return choice === undefined ? wrong(`must be ${choices.join(' or ')}`) : fine(choice);
  };
}

const milliseconds = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90`, `90s`, `1.5m`, `500ms`, `14d`: seconds where no unit is given. In milliseconds. */
export const duration: Parse<number> = (value) => {
  const parts = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(value);
  if (parts === null) return wrong('must be a time such as 500ms, 30s, 10m, 24h or 14d');
  const unit = (parts[2] ?? 's') as keyof typeof milliseconds;
  return fine(Math.round(Number(parts[1]) * milliseconds[unit]));
};

/** The address of a relay; one without a path. */
export const relayUrl: Parse<string> = (value) => {
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return wrong('must be an address: https://HOST or http://HOST:PORT');
  }
  if (url.username !== '' || url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    return wrong('must be an address without anything after host and port');
  }
  return fine(url.origin);
};

/** The address of a PostgreSQL database. It may hold a password, so no problem quotes it. */
export const postgresUrl: Parse<string> = (value) =>
  /^postgres(ql)?:$/.test(URL.parse(value)?.protocol ?? '')
    ? fine(value)
    : wrong('must be an address: postgres://USER:PASSWORD@HOST/DATABASE');

/** The address of a Redis or Valkey server. It may hold a password, too. */
export const redisUrl: Parse<string> = (value) =>
  /^rediss?:$/.test(URL.parse(value)?.protocol ?? '')
    ? fine(value)
    : wrong('must be an address: redis://HOST:PORT');

/** A SOCKS server by its address: to look up a name would be the query that it is there to avoid. */
export const socksServer: Parse<{ readonly host: string; readonly port: number }> = (value) => {
  const [, six, four, digits] = /^(?:\[(.+)\]|([^[\]:]+)):(\d{1,5})$/.exec(value) ?? [];
  const host = six ?? four ?? '';
  const port = Number(digits);
  const isAddress = isIP(host) === (six === undefined ? 4 : 6);
  if (isAddress && port >= 1 && port <= 65_535) return fine({ host, port });
  return wrong('must be an IP address and a port, such as 127.0.0.1:9050 or [::1]:9050');
};

/** One admission token, or two with a comma. */
export const admissionTokens: Parse<readonly [string, ...string[]]> = (value) => {
  const [first = '', ...others] = value.split(',');
  const areTokens = [first, ...others].every((token) => admissionToken.safeParse(token).success);
  if (areTokens && others.length < 2) return fine([first, ...others]);
  return wrong('must be one token or two with a comma, each of 16 to 200 characters without spaces');
};

/** The 60 digits of a safety number, however they are grouped. */
export const safetyDigits: Parse<string> = (value) => {
  const digits = value.replace(/[\s-]/g, '');
  if (!/^[0-9]{60}$/.test(digits)) return wrong('must be the 60 digits of a safety number');
  return fine(digits.replace(/(.{5})(?=.)/g, '$1 '));
};
