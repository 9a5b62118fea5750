import { decode } from '../codec/reader.ts';
import { check, fail } from '../errors.ts';
import { type GroupConfig, requireConfig } from '../group/policy.ts';
import type { GroupState } from '../group/state.ts';
import type { SecretTree } from '../schedule/secretTree.ts';
import { RatchetTree } from '../tree/ratchetTree.ts';
import { diffMessageKeys, restoreMessageKeys, type Sink } from './messageKeyRecords.ts';
import {
  decodeGroup,
  decodePast,
  decodeProposal,
  decodeTree,
  encodeGroup,
  encodePast,
  encodeProposal,
  encodeTree,
  treeName,
} from './stateCodec.ts';

/**
 * A group state as named records. Names are public; values hold secrets and belong into encrypted storage. Applying
 * the changes of each step keeps the store equal to the state: a message changes one small record whatever the size
 * of the group, and the tree is written when an epoch is made.
 */
export interface RecordChanges {
  /** Records to write; apply all of it, puts and deletes, in one transaction. */
  readonly put: ReadonlyMap<string, Uint8Array>;
  readonly delete: readonly string[];
}

/** What storage has to change to go from `before` (`undefined`: nothing stored yet) to `after`. */
export function recordChanges(before: GroupState | undefined, after: GroupState | undefined): RecordChanges {
  const put = new Map<string, Uint8Array>();
  const deleted = new Set<string>();
  const sink: Sink = {
    put: (name, value) => put.set(name, value()),
    delete: (name) => deleted.add(name),
  };
  diffGroup('group', before, after, sink);
  diffGroup('pending', before?.pending, after?.pending, sink);
  diffTrees(before, after, sink);
  diffEpochs(before, after, sink);
  for (const name of before?.proposals.keys() ?? []) {
    if (!after?.proposals.has(name)) sink.delete(`proposal/${name}`);
  }
  for (const [name, proposal] of after?.proposals ?? []) {
    if (before?.proposals.get(name) !== proposal)
      sink.put(`proposal/${name}`, () => encodeProposal(proposal));
  }
  return { put, delete: [...deleted].filter((name) => !put.has(name)) };
}

/** All records of a state. */
export const recordsOf = (state: GroupState): ReadonlyMap<string, Uint8Array> =>
  recordChanges(undefined, state).put;

function diffGroup(
  name: string,
  before: GroupState | undefined,
  after: GroupState | undefined,
  sink: Sink,
): void {
  if (after === undefined) {
    if (before !== undefined) sink.delete(name);
    return;
  }
  const same =
    before?.encodedContext === after.encodedContext &&
    before.secrets === after.secrets &&
    before.self === after.self &&
    before.closed === after.closed;
  if (!same) sink.put(name, () => encodeGroup(after));
}

const withPending = (state: GroupState | undefined): GroupState[] =>
  state === undefined ? [] : state.pending === undefined ? [state] : [state, state.pending];

function diffTrees(before: GroupState | undefined, after: GroupState | undefined, sink: Sink): void {
  const stored = new Set(withPending(before).map(treeName));
  for (const state of withPending(after)) {
    const name = treeName(state);
    if (!stored.delete(name)) sink.put(name, () => encodeTree(state));
  }
  for (const name of stored) sink.delete(name);
}

function epochsOf(state: GroupState | undefined): Map<bigint, SecretTree> {
  const epochs = new Map<bigint, SecretTree>();
  for (const s of withPending(state)) epochs.set(s.context.epoch, s.messageKeys);
  for (const past of state?.past ?? []) epochs.set(past.epoch, past.messageKeys);
  return epochs;
}

function diffEpochs(before: GroupState | undefined, after: GroupState | undefined, sink: Sink): void {
  const was = epochsOf(before);
  const is = epochsOf(after);
  for (const epoch of new Set([...was.keys(), ...is.keys()])) {
    diffMessageKeys(epoch, was.get(epoch), is.get(epoch), sink);
  }
  const stored = new Set(before?.past.map(({ epoch }) => epoch));
  for (const past of after?.past ?? []) {
    if (!stored.delete(past.epoch)) sink.put(`past/${past.epoch}`, () => encodePast(past));
  }
  for (const epoch of stored) sink.delete(`past/${epoch}`);
}

/**
 * Reads a state back. The configuration is not stored: give the one the group was made with. Errors: `recordFormat`,
 * `wrongSuite`.
 */
export function restoreGroup(records: ReadonlyMap<string, Uint8Array>, config: GroupConfig): GroupState {
  requireConfig(config);
  const pending = records.has('pending') ? restoreEpoch('pending', records, config) : undefined;
  const state = restoreEpoch('group', records, config);
  const past = [...records]
    .filter(([name]) => name.startsWith('past/'))
    .map(([, bytes]) => {
      const { width, ...epoch } = decodePast(bytes);
      return { ...epoch, messageKeys: restoreMessageKeys(epoch.epoch, width, records) };
    })
    .sort((a, b) => (a.epoch < b.epoch ? 1 : -1));
  const proposals = new Map(
    [...records]
      .filter(([name]) => name.startsWith('proposal/'))
      .map(([name, bytes]) => [name.slice('proposal/'.length), decodeProposal(bytes)] as const),
  );
  return { ...state, past, proposals, pending };
}

function restoreEpoch(
  name: string,
  records: ReadonlyMap<string, Uint8Array>,
  config: GroupConfig,
): GroupState {
  const group = decodeGroup(records.get(name));
  check(group.suiteId === config.suite.id, 'wrongSuite');
  const { suiteId: _, ...rest } = group;
  const encoded = decodeTree(records.get(treeName(group)) ?? fail('recordFormat', 'tree'));
  const tree = decode(encoded, RatchetTree.read);
  const messageKeys = restoreMessageKeys(group.context.epoch, tree.width, records);
  return { config, ...rest, tree, messageKeys, past: [], proposals: new Map(), pending: undefined };
}
