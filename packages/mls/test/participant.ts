import { createCommit } from '../src/group/createCommit.ts';
import { createGroup } from '../src/group/createGroup.ts';
import { joinGroup } from '../src/group/joinGroup.ts';
import type { Member } from '../src/group/member.ts';
import { proposeUpdate, sealMessage } from '../src/group/message.ts';
import { acceptCommit } from '../src/group/pendingCommit.ts';
import type { GroupConfig } from '../src/group/policy.ts';
import { epochAuthenticator, exportSecret } from '../src/group/query.ts';
import { receiveMessage } from '../src/group/receiveMessage.ts';
import type { GroupState } from '../src/group/state.ts';
import type { KeyPackage } from '../src/message/keyPackage.ts';
import { decodeMessage, encodeMessage } from '../src/message/message.ts';
import { newMember } from './room.ts';

export interface CommitRequest {
  /** Encoded key packages. */
  readonly add?: readonly Uint8Array[];
  /** Leaf indices. */
  readonly remove?: readonly number[];
}

/** One member as seen from outside: bytes in, bytes out. Both implementations are driven through it. */
export interface Participant {
  readonly kind: string;
  keyPackage(): Uint8Array;
  create(groupId: Uint8Array): Promise<void>;
  join(welcome: Uint8Array): Promise<void>;
  seal(data: Uint8Array): Promise<Uint8Array>;
  open(message: Uint8Array): Promise<Uint8Array>;
  proposeUpdate(): Promise<Uint8Array>;
  /** The caller delivers the commit to all others; the committer has entered the new epoch. */
  commit(request: CommitRequest): Promise<{ commit: Uint8Array; welcome: Uint8Array | undefined }>;
  /** A proposal or a commit. False when it removed this member. */
  process(handshake: Uint8Array): Promise<boolean>;
  authenticator(): Uint8Array;
  exported(): Promise<Uint8Array>;
  leafIndex(): number;
}

export const EXPORT = { label: 'interop', context: Uint8Array.of(1, 2, 3), length: 32 };

const keyPackageOf = (encoded: Uint8Array): KeyPackage => {
  const message = decodeMessage(encoded);
  if (message.type !== 'keyPackage') throw new Error(message.type);
  return message.keyPackage;
};

/** A member run by this package. */
export class Ours implements Participant {
  readonly kind = 'ours';
  readonly #config: GroupConfig;
  readonly #member: Member;
  #state: GroupState | undefined;

  constructor(config: GroupConfig, name: string) {
    this.#config = config;
    this.#member = newMember(config.suite, name);
  }

  get state(): GroupState {
    if (this.#state === undefined) throw new Error('not in a group');
    return this.#state;
  }

  keyPackage(): Uint8Array {
    return encodeMessage({ type: 'keyPackage', keyPackage: this.#member.keyPackage });
  }
  async create(groupId: Uint8Array): Promise<void> {
    this.#state = createGroup({ config: this.#config, groupId, member: this.#member });
  }
  async join(welcome: Uint8Array): Promise<void> {
    this.#state = joinGroup({ config: this.#config, welcome, member: this.#member }).state;
  }
  async seal(data: Uint8Array): Promise<Uint8Array> {
    const { state, send } = sealMessage(this.state, data);
    this.#state = state;
    return send;
  }
  async open(message: Uint8Array): Promise<Uint8Array> {
    const got = receiveMessage(this.state, message);
    if (got.kind !== 'application') throw new Error(got.kind);
    this.#state = got.state;
    return got.data;
  }
  async proposeUpdate(): Promise<Uint8Array> {
    const { state, send } = proposeUpdate(this.state);
    this.#state = state;
    return send;
  }
  async commit({ add = [], remove = [] }: CommitRequest) {
    const { state, send } = createCommit(this.state, {
      proposals: [
        ...remove.map((leafIndex) => ({ type: 'remove', leafIndex }) as const),
        ...add.map((encoded) => ({ type: 'add', keyPackage: keyPackageOf(encoded) }) as const),
      ],
    });
    this.#state = acceptCommit(state).state;
    return send;
  }
  async process(handshake: Uint8Array): Promise<boolean> {
    const got = receiveMessage(this.state, handshake);
    if (got.kind === 'removed') return false;
    this.#state = got.state;
    return true;
  }
  authenticator(): Uint8Array {
    return epochAuthenticator(this.state);
  }
  async exported(): Promise<Uint8Array> {
    return exportSecret(this.state, EXPORT.label, EXPORT.context, EXPORT.length);
  }
  leafIndex(): number {
    return this.state.self.leafIndex;
  }
}
