import { decode, type Reader } from '../src/codec/reader.ts';
import { encode, type Writer } from '../src/codec/writer.ts';
import { MlsError } from '../src/errors.ts';
import { createCommit } from '../src/group/createCommit.ts';
import { joinGroup } from '../src/group/joinGroup.ts';
import type { Member } from '../src/group/member.ts';
import { propose, sealMessage } from '../src/group/message.ts';
import { exportGroupInfo } from '../src/group/query.ts';
import { receiveMessage } from '../src/group/receiveMessage.ts';
import type { GroupState } from '../src/group/state.ts';
import { readCommit, writeCommit } from '../src/message/commit.ts';
import { readAuthenticatedContent, writeAuthenticatedContent } from '../src/message/framing.ts';
import { readGroupContext, writeGroupContext } from '../src/message/groupContext.ts';
import { readGroupInfo, writeGroupInfo } from '../src/message/groupInfo.ts';
import { readKeyPackage, writeKeyPackage } from '../src/message/keyPackage.ts';
import { decodeMessage, readMessage, writeMessage } from '../src/message/message.ts';
import { readProposal, writeProposal } from '../src/message/proposal.ts';
import { readGroupSecrets, writeGroupSecrets } from '../src/message/welcome.ts';
import { readPskId, writePskId } from '../src/schedule/psk.ts';
import { recordsOf, restoreGroup } from '../src/store/records.ts';
import { readLeafNode, writeLeafNode } from '../src/tree/leafNode.ts';
import { RatchetTree } from '../src/tree/ratchetTree.ts';
import { readUpdatePath, writeUpdatePath } from '../src/tree/updatePath.ts';
import { honestPath } from './forge.ts';
import type { Random } from './random.ts';
import { config, newMember, room, text } from './room.ts';

/**
 * Property fuzzing of every decoder. Inputs are valid encodings with a few changes (bits, lengths, cuts, splices) and
 * pure noise. A target returns true when it accepted the input. Rules: only errors of ours; what decodes encodes to
 * the same bytes again; nothing authenticated that was changed is ever accepted.
 */
export interface Target {
  readonly name: string;
  readonly seeds: readonly Uint8Array[];
  /** Throws an {@link MlsError} for what it refuses. */
  run(input: Uint8Array): void;
  /** Changed input must never be accepted. */
  readonly authenticated: boolean;
}

function codec<T>(
  name: string,
  read: (r: Reader) => T,
  write: (w: Writer, value: T) => void,
  seeds: readonly Uint8Array[],
): Target {
  const run = (input: Uint8Array): void => {
    const again = encode(decode(input, read), write);
    if (Buffer.compare(again, input) !== 0) throw new Error(`${name}: encodes to other bytes`);
  };
  return { name, seeds, run, authenticated: false };
}

export function makeTargets(): Target[] {
  const [a, b] = room(4) as [GroupState, GroupState];
  const { suite } = config();
  const member: Member = newMember(suite, 'new');
  const add = { type: 'add', keyPackage: member.keyPackage } as const;
  const psk = { type: 'external', id: text('id'), nonce: new Uint8Array(32) } as const;
  const path = honestPath(a);
  const made = createCommit(a, { proposals: [add], path: true });
  const welcome = made.send.welcome as Uint8Array;
  const sealed = sealMessage(a, text('hello')).send;
  const proposed = propose(a, { type: 'remove', leafIndex: 2 }).send;
  const info = exportGroupInfo(a, { externalPub: true, ratchetTree: true });
  const infoMessage = decodeMessage(info);
  if (infoMessage.type !== 'groupInfo') throw new Error(infoMessage.type);
  const stored = propose(a, { type: 'psk', psk }).state.proposals.values().next().value;
  if (stored === undefined) throw new Error('proposal');
  const proposals = [
    add,
    { type: 'remove', leafIndex: 1 },
    { type: 'psk', psk },
    { type: 'update', leafNode: path.leafNode },
    { type: 'externalInit', kemOutput: text('kem') },
    { type: 'groupContextExtensions', extensions: [{ type: 7, data: text('x') }] },
    { type: 'reInit', groupId: text('g'), version: 1, suiteId: 1, extensions: [] },
  ] as const;
  const secrets = { joinerSecret: text('joiner'), pathSecret: text('path'), psks: [psk] };
  const commit = { proposals: proposals.map((p) => ({ type: 'proposal', proposal: p }) as const), path };
  const warm = made.state.pending as GroupState;
  const records = recordsOf(a);
  const group = records.get('group') as Uint8Array;

  return [
    codec('MLSMessage', readMessage, writeMessage, [welcome, sealed, proposed, made.send.commit, info]),
    codec('KeyPackage', readKeyPackage, writeKeyPackage, [member.keyPackage.encoded]),
    codec('LeafNode', readLeafNode, writeLeafNode, [
      member.keyPackage.leafNode.encoded,
      path.leafNode.encoded,
    ]),
    codec('ratchet_tree', RatchetTree.read, (w, tree) => tree.write(w), [
      warm.tree.encode(),
      a.tree.encode(),
    ]),
    codec(
      'Proposal',
      readProposal,
      writeProposal,
      proposals.map((p) => encode(p, writeProposal)),
    ),
    codec('Commit', readCommit, writeCommit, [encode(commit, writeCommit)]),
    codec('UpdatePath', readUpdatePath, writeUpdatePath, [encode(path, writeUpdatePath)]),
    codec('GroupInfo', readGroupInfo, writeGroupInfo, [infoMessage.groupInfo.encoded]),
    codec('GroupContext', readGroupContext, writeGroupContext, [a.encodedContext]),
    codec('GroupSecrets', readGroupSecrets, writeGroupSecrets, [encode(secrets, writeGroupSecrets)]),
    codec('PreSharedKeyID', readPskId, writePskId, [encode(psk, writePskId)]),
    codec('AuthenticatedContent', readAuthenticatedContent, writeAuthenticatedContent, [
      encode(stored.content, writeAuthenticatedContent),
    ]),
    {
      name: 'stored state',
      seeds: [group],
      authenticated: false,
      run: (input) => void restoreGroup(new Map(records).set('group', input), a.config),
    },
    {
      name: 'receiveMessage',
      seeds: [sealed, proposed, made.send.commit],
      authenticated: true,
      run: (input) => void receiveMessage(b, input),
    },
    {
      name: 'joinGroup',
      seeds: [welcome],
      authenticated: true,
      run: (input) => void joinGroup({ config: config(), welcome: input, member }),
    },
  ];
}

const INTERESTING = [0, 1, 2, 3, 0x3f, 0x40, 0x7f, 0x80, 0xbf, 0xc0, 0xfe, 0xff];

/** A valid encoding with one to four changes, or noise. */
export function mutate(random: Random, seeds: readonly Uint8Array[]): Uint8Array {
  if (random.below(16) === 0) {
    return Uint8Array.from({ length: random.below(64) }, () => random.below(256));
  }
  let bytes = Uint8Array.from(random.pick(seeds));
  for (let changes = 1 + random.below(4); changes > 0; changes--) {
    const at = random.below(bytes.length || 1);
    switch (random.below(6)) {
      case 0:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
        break;
      case 1:
        bytes[at] = random.pick(INTERESTING);
        break;
      case 2:
        bytes = bytes.slice(0, at);
        break;
      case 3: {
        const length = random.below(16);
        bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + length)]);
        break;
      }
      case 4: {
        const extra = Array.from({ length: random.below(8) }, () => random.pick(INTERESTING));
        bytes = Uint8Array.from([...bytes.subarray(0, at), ...extra, ...bytes.subarray(at)]);
        break;
      }
      default: {
        const other = random.pick(seeds);
        const from = random.below(other.length);
        bytes = Uint8Array.from([...bytes.subarray(0, at), ...other.subarray(from, from + random.below(64))]);
      }
    }
  }
  return bytes;
}

export interface FuzzResult {
  readonly inputs: number;
  readonly accepted: number;
  /** Slowest single input, in milliseconds. */
  readonly slowest: number;
}

/** Runs one target; throws with the input in hexadecimal when a rule is broken. */
export function fuzz(target: Target, inputs: number, random: Random): FuzzResult {
  const unchanged = new Set(target.seeds.map((seed) => Buffer.from(seed).toString('latin1')));
  let accepted = 0;
  let slowest = 0;
  for (let i = 0; i < inputs; i++) {
    const input = mutate(random, target.seeds);
    const started = performance.now();
    let failure: unknown;
    try {
      target.run(input);
    } catch (error) {
      failure = error;
    }
    slowest = Math.max(slowest, performance.now() - started);
    const shown = () => `${target.name}, seed ${random.seed}: ${Buffer.from(input).toString('hex')}`;
    if (failure === undefined) {
      accepted++;
      if (target.authenticated && !unchanged.has(Buffer.from(input).toString('latin1'))) {
        throw new Error(`changed input accepted by ${shown()}`);
      }
    } else if (!(failure instanceof MlsError)) {
      throw new Error(`${failure} in ${shown()}`, { cause: failure });
    }
  }
  return { inputs, accepted, slowest };
}
