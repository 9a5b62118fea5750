import { readFileSync, statSync } from 'node:fs';
import type { Server } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { Log } from './log.ts';
import { StartRefused } from './startRefused.ts';

export interface TlsFiles {
  /** PEM: the relay's certificate, then those between it and the root. */
  certFile: string;
  /** PEM, without a passphrase. */
  keyFile: string;
}

interface Pair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Time between two looks at the files, in milliseconds; links and mounts that are swapped raise no event. */
const lookMs = 10_000;

/** Throws `StartRefused` when the files cannot be read, or are no certificate and its key. */
export function readTls(files: TlsFiles): Pair {
  try {
    const pair = { cert: readFileSync(files.certFile), key: readFileSync(files.keyFile) };
    createSecureContext(pair);
    return pair;
  } catch (error) {
    throw new StartRefused(
      'tlsUnusable',
      `The certificate ${files.certFile} with the key ${files.keyFile} can't be used (${codeOf(error)}).`,
    );
  }
}

/**
 * Takes renewed files into use for new connections; open ones stay as they are. Files that don't fit (a renewal that
 * is half written) change nothing: the certificate that works is kept.
 */
export function keepTlsFresh(
  server: Pick<Server, 'setSecureContext'>,
  files: TlsFiles,
  log: Log,
  interval = lookMs,
): { reload(): void; stop(): void } {
  let seen = stateOf(files);
  const reload = () => {
    seen = stateOf(files);
    try {
      server.setSecureContext({ ...readTls(files), minVersion: 'TLSv1.2' });
      log('tlsReloaded');
    } catch (error) {
      if (!(error instanceof StartRefused)) throw error;
      log('tlsReloadFailed', { reason: error.message });
    }
  };
  const timer = setInterval(() => {
    if (stateOf(files) !== seen) reload();
  }, interval);
  timer.unref();
  return { reload, stop: () => clearInterval(timer) };
}

/** Changes when one of the files does. */
function stateOf(files: TlsFiles): string {
  return [files.certFile, files.keyFile].map(fileState).join(' ');
}

function fileState(file: string): string {
  try {
    const { ino, mtimeNs, size } = statSync(file, { bigint: true });
    return `${ino}:${mtimeNs}:${size}`;
  } catch {
    return 'unreadable';
  }
}

/** OpenSSL's and the system's codes hold nothing of the key. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'not PEM';
}
