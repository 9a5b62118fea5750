import { deriveSecret, expandWithLabel } from '../crypto/labeled.ts';
import type { Suite } from '../crypto/suite.ts';
import { check } from '../errors.ts';
import * as math from '../tree/treeMath.ts';
import { newRatchet, type Ratchet, type RatchetLimits, type Taken, takeAt, takeNext } from './ratchet.ts';

/** Handshake messages (proposals, commits) and application messages have keys of their own (RFC 9420 §9.1). */
export type RatchetType = 'handshake' | 'application';

/**
 * RFC 9420 §9: the keys of an epoch, as a value. A subtree nobody wrote from is one secret; opening a path replaces
 * it by its halves. A change makes new nodes along one path and shares the rest, so it costs the height of the tree.
 */
export type SecretNode =
  | { readonly kind: 'secret'; readonly secret: Uint8Array }
  | { readonly kind: 'parent'; readonly left: SecretNode; readonly right: SecretNode }
  | { readonly kind: 'leaf'; readonly handshake: Ratchet; readonly application: Ratchet };

export interface SecretTree {
  readonly width: number;
  readonly top: SecretNode;
}

export interface TakenFromTree extends Omit<Taken, 'ratchet'> {
  readonly tree: SecretTree;
}

/** A tree of `width` leaves (a power of two) over the encryption secret of an epoch. */
export const newSecretTree = (width: number, encryptionSecret: Uint8Array): SecretTree => ({
  width,
  top: { kind: 'secret', secret: encryptionSecret },
});

const LEFT = Uint8Array.from(Buffer.from('left'));
const RIGHT = Uint8Array.from(Buffer.from('right'));

function open(suite: Suite, node: SecretNode, index: number, erase: Uint8Array[]): SecretNode {
  if (node.kind !== 'secret') return node;
  const { secret } = node;
  erase.push(secret);
  if (math.isLeaf(index)) {
    return {
      kind: 'leaf',
      handshake: newRatchet(deriveSecret(suite, secret, 'handshake')),
      application: newRatchet(deriveSecret(suite, secret, 'application')),
    };
  }
  const half = (side: Uint8Array): SecretNode => ({
    kind: 'secret',
    secret: expandWithLabel(suite, secret, 'tree', side, suite.hashLength),
  });
  return { kind: 'parent', left: half(LEFT), right: half(RIGHT) };
}

function take(
  suite: Suite,
  tree: SecretTree,
  leaf: number,
  type: RatchetType,
  step: (ratchet: Ratchet) => Taken,
): TakenFromTree {
  check(leaf >= 0 && leaf < tree.width, 'senderNotMember');
  const target = leaf * 2;
  const erase: Uint8Array[] = [];
  let taken: Taken | undefined;

  const descend = (node: SecretNode, index: number): SecretNode => {
    const opened = open(suite, node, index, erase);
    if (opened.kind === 'parent') {
      return target < index
        ? { ...opened, left: descend(opened.left, math.left(index)) }
        : { ...opened, right: descend(opened.right, math.right(index)) };
    }
    if (opened.kind !== 'leaf') return opened;
    taken = step(opened[type]);
    return { ...opened, [type]: taken.ratchet };
  };

  const top = descend(tree.top, math.root(tree.width));
  const { generation, messageKey, erase: used } = taken as unknown as Taken;
  return { tree: { width: tree.width, top }, generation, messageKey, erase: [...erase, ...used] };
}

/** The next key of a leaf's ratchet, to send with. */
export function takeToSend(suite: Suite, tree: SecretTree, leaf: number, type: RatchetType): TakenFromTree {
  return take(suite, tree, leaf, type, (ratchet) => takeNext(suite, ratchet));
}

/** The key of a named generation, to receive with. */
export function takeToReceive(
  suite: Suite,
  tree: SecretTree,
  leaf: number,
  type: RatchetType,
  generation: number,
  limits: RatchetLimits,
): TakenFromTree {
  return take(suite, tree, leaf, type, (ratchet) => takeAt(suite, ratchet, generation, limits));
}

/** Every secret a tree holds, to erase with the epoch. */
export function* secretsOf(node: SecretNode): Generator<Uint8Array> {
  if (node.kind === 'secret') yield node.secret;
  else if (node.kind === 'parent') {
    yield* secretsOf(node.left);
    yield* secretsOf(node.right);
  } else {
    for (const ratchet of [node.handshake, node.application]) {
      yield ratchet.secret;
      for (const { key, nonce } of ratchet.skipped.values()) yield* [key, nonce];
    }
  }
}
