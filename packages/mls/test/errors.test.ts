import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Writer } from '../src/codec/writer.ts';
import { suiteOf } from '../src/crypto/suite.ts';
import {
  CODES,
  CryptoError,
  DecodeError,
  MlsError,
  PolicyError,
  UsageError,
  ValidationError,
} from '../src/errors.ts';
import { createCommit } from '../src/group/createCommit.ts';
import { createGroup } from '../src/group/createGroup.ts';
import { propose, sealMessage } from '../src/group/message.ts';
import { acceptCommit } from '../src/group/pendingCommit.ts';
import { exportSecret } from '../src/group/query.ts';
import { receiveMessage } from '../src/group/receiveMessage.ts';
import type { GroupState } from '../src/group/state.ts';
import { refuses } from './forge.ts';
import { config, newMember, room, text } from './room.ts';

const here = new URL('.', import.meta.url);
const tests = readdirSync(here)
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => [name, readFileSync(new URL(name, here), 'utf8')] as const);

/** The tests that expect a code, by code. */
const provokedIn = (code: string): string[] =>
  tests.filter(([, source]) => source.includes(`'${code}'`)).map(([name]) => name);

describe('errors', () => {
  it('are each provoked by a test', () => {
    const forgotten = Object.keys(CODES).filter((code) => provokedIn(code).length === 0);
    expect(forgotten).toEqual([]);
  });

  it('are of the class of their kind and say on which section they rest', () => {
    const classes = {
      decode: DecodeError,
      validation: ValidationError,
      policy: PolicyError,
      crypto: CryptoError,
      usage: UsageError,
    };
    for (const [code, [kind, section, sentence]] of Object.entries(CODES)) {
      const error = new classes[kind](code as keyof typeof CODES);
      expect(error).toBeInstanceOf(MlsError);
      expect([error.code, error.section, error.message]).toEqual([code, section, sentence]);
    }
  });
});

describe('a caller is refused when', () => {
  const { suite } = config();

  it('it makes a group without an authentication service or a policy', () => {
    const member = newMember(suite, 'm');
    for (const broken of [
      { suite },
      { ...config(), policy: undefined },
      { ...config(), authentication: {} },
    ]) {
      const of = broken as unknown as ReturnType<typeof config>;
      refuses('configMissing', () => createGroup({ config: of, groupId: text('g'), member }));
    }
  });

  it('it gives what the function does not take', () => {
    const [a] = room(2) as [GroupState];
    const update = { type: 'update', leafNode: newMember(suite, 'x').keyPackage.leafNode } as const;
    refuses('argument', () => propose(a, update));
    refuses('exportLength', () => exportSecret(a, 'label', text(''), 255 * 32 + 1));
    refuses('exportLength', () => exportSecret(a, 'label', text(''), 0));
    refuses('unknownSuite', () => suiteOf(99));
    refuses('numberRange', () => new Writer().u64(-1n));
    refuses('keyFormat', () => suite.kem.encapsulate(text('short')));
  });

  it('it goes on in a group that was reinitialised (§12.1.5)', () => {
    const [a, b] = room(2) as [GroupState, GroupState];
    const reInit = { type: 'reInit', groupId: text('n'), version: 1, suiteId: 2, extensions: [] } as const;
    const made = createCommit(a, { proposals: [reInit] });
    const got = receiveMessage(b, made.send.commit);
    if (got.kind !== 'commit') throw new Error(got.kind);
    for (const closed of [acceptCommit(made.state).state, got.state]) {
      refuses('groupClosed', () => sealMessage(closed, text('m')));
      refuses('groupClosed', () => createCommit(closed));
      refuses('groupClosed', () => propose(closed, { type: 'remove', leafIndex: 0 }));
    }
  });
});
