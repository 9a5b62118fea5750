/** Why the proxy did not start; `message` is a sentence that says what to do. */
export interface StartRefusal {
  code:
    | 'notLoopback'
    | 'profileInUse'
    | 'profileUnusable'
    | 'wrongPassphrase'
    | 'pageMissing'
    | 'portUnavailable'
    | 'badRelay';
  message: string;
}

export interface Refused {
  ok: false;
  error: StartRefusal;
}

function refused(code: StartRefusal['code'], message: string): Refused {
  return { ok: false, error: { code, message } };
}

export function notLoopback(host: string): Refused {
  return refused(
    'notLoopback',
    'The proxy holds your keys and shows your messages in plain text, so it listens on this machine only: ' +
      `${host} is not a loopback address. Use 127.0.0.1 or ::1. (To serve other people, host a relay.)`,
  );
}

export function badRelay(url: string): Refused {
  return refused(
    'badRelay',
    `${url} is no address of a relay. Give one that begins with https:// or http://.`,
  );
}

export function pageMissing(folder: string): Refused {
  return refused('pageMissing', `There is no built page in ${folder}. Build it, or point to where it is.`);
}

export function profileInUse(folder: string): Refused {
  return refused(
    'profileInUse',
    `Another proxy runs on the profile ${folder}. Use that one, stop it, or choose another profile.`,
  );
}

export function profileUnusable(message: string): Refused {
  return refused('profileUnusable', message);
}

export function wrongPassphrase(folder: string): Refused {
  return refused(
    'wrongPassphrase',
    `The given passphrase is not that of the profile ${folder}. Correct it, or leave it out and unlock on the page.`,
  );
}

export function portUnavailable(host: string): Refused {
  return refused(
    'portUnavailable',
    `No port can be opened on ${host}. Close some programs, or use 127.0.0.1.`,
  );
}

/** Not a refusal: the proxy runs, and its page can try again. */
export function stillLockedNotice(reason: string): string {
  return `The profile is locked. ${reason}`;
}

/** Not a refusal: the proxy runs, elsewhere. */
export function movedNotice(wanted: number, port: number): string {
  return (
    `Port ${wanted} is in use by another program, so the page has moved to port ${port}: ` +
    'bookmarks of the old address no longer lead here.'
  );
}
