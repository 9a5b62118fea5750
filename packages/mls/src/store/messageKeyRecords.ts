import { fail } from '../errors.ts';
import type { Ratchet } from '../schedule/ratchet.ts';
import type { RatchetType, SecretNode, SecretTree } from '../schedule/secretTree.ts';
import * as math from '../tree/treeMath.ts';
import {
  decodeMessageKey,
  decodeRatchet,
  decodeSecret,
  encodeMessageKey,
  encodeRatchet,
  encodeSecret,
} from './stateCodec.ts';

/**
 * The secret tree of an epoch as small records, so that a message rewrites one of them:
 * `keys/<epoch>/s<node>` an unopened subtree, `keys/<epoch>/<leaf><h|a>` a ratchet, and
 * `keys/<epoch>/<leaf><h|a>/<generation>` a skipped key.
 */
export interface Sink {
  put(name: string, value: () => Uint8Array): void;
  delete(name: string): void;
}

const TYPES: readonly RatchetType[] = ['handshake', 'application'];

const prefixOf = (epoch: bigint): string => `keys/${epoch}/`;
const ratchetName = (prefix: string, leaf: number, type: RatchetType): string => `${prefix}${leaf}${type[0]}`;

/** Reports what differs between two versions of one epoch's keys; either may be absent. */
export function diffMessageKeys(
  epoch: bigint,
  before: SecretTree | undefined,
  after: SecretTree | undefined,
  sink: Sink,
): void {
  const width = after?.width ?? before?.width ?? 1;
  if (before !== undefined && after !== undefined && before.width !== after.width) {
    diffMessageKeys(epoch, before, undefined, sink);
    diffMessageKeys(epoch, undefined, after, sink);
    return;
  }
  diffNode(prefixOf(epoch), math.root(width), before?.top, after?.top, sink);
}

function diffNode(
  prefix: string,
  index: number,
  before: SecretNode | undefined,
  after: SecretNode | undefined,
  sink: Sink,
): void {
  if (before === after) return;
  const name = `${prefix}s${index}`;
  if (before?.kind === 'secret') sink.delete(name);
  if (after?.kind === 'secret') sink.put(name, () => encodeSecret(after.secret));
  const was = before?.kind === 'parent' ? before : undefined;
  const is = after?.kind === 'parent' ? after : undefined;
  if (was !== undefined || is !== undefined) {
    diffNode(prefix, math.left(index), was?.left, is?.left, sink);
    diffNode(prefix, math.right(index), was?.right, is?.right, sink);
  }
  const oldLeaf = before?.kind === 'leaf' ? before : undefined;
  const newLeaf = after?.kind === 'leaf' ? after : undefined;
  for (const type of TYPES) {
    diffRatchet(ratchetName(prefix, math.nodeToLeaf(index), type), oldLeaf?.[type], newLeaf?.[type], sink);
  }
}

function diffRatchet(
  name: string,
  before: Ratchet | undefined,
  after: Ratchet | undefined,
  sink: Sink,
): void {
  if (before === after) return;
  if (after === undefined) sink.delete(name);
  else if (before?.generation !== after.generation || before.secret !== after.secret) {
    sink.put(name, () => encodeRatchet(after));
  }
  if (before?.skipped === after?.skipped) return;
  for (const generation of before?.skipped.keys() ?? []) {
    if (!after?.skipped.has(generation)) sink.delete(`${name}/${generation}`);
  }
  for (const [generation, key] of after?.skipped ?? []) {
    if (before?.skipped.get(generation) !== key)
      sink.put(`${name}/${generation}`, () => encodeMessageKey(key));
  }
}

/** Puts the keys of an epoch together again. */
export function restoreMessageKeys(
  epoch: bigint,
  width: number,
  records: ReadonlyMap<string, Uint8Array>,
): SecretTree {
  const prefix = prefixOf(epoch);
  const skipped = new Map<string, [number, Uint8Array][]>();
  for (const [name, bytes] of records) {
    if (!name.startsWith(prefix)) continue;
    const at = name.indexOf('/', prefix.length);
    if (at < 0) continue;
    const ratchet = name.slice(0, at);
    const list = skipped.get(ratchet) ?? [];
    list.push([Number(name.slice(at + 1)), bytes]);
    skipped.set(ratchet, list);
  }
  const ratchet = (leaf: number, type: RatchetType): Ratchet => {
    const name = ratchetName(prefix, leaf, type);
    const kept = (skipped.get(name) ?? []).sort(([a], [b]) => a - b);
    return {
      ...decodeRatchet(records.get(name)),
      skipped: new Map(kept.map(([generation, bytes]) => [generation, decodeMessageKey(bytes)])),
    };
  };
  const node = (index: number): SecretNode => {
    const secret = records.get(`${prefix}s${index}`);
    if (secret !== undefined) return { kind: 'secret', secret: decodeSecret(secret) };
    if (!math.isLeaf(index))
      return { kind: 'parent', left: node(math.left(index)), right: node(math.right(index)) };
    const leaf = math.nodeToLeaf(index);
    if (!records.has(ratchetName(prefix, leaf, 'application'))) fail('recordFormat', `keys of leaf ${leaf}`);
    return { kind: 'leaf', handshake: ratchet(leaf, 'handshake'), application: ratchet(leaf, 'application') };
  };
  return { width, top: node(math.root(width)) };
}
