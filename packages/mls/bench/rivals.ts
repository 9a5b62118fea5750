import * as one from 'ts-mls-1';
import * as two from 'ts-mls-2';
import { suiteOf } from '../src/crypto/suite.ts';
import { encodeMessage } from '../src/message/message.ts';
import { costAsync } from './measure.ts';
import { type Figures, newMember } from './ours.ts';

/** The same operations by the two versions of ts-mls, in suite 1. Both keep state as a value, as we do. */
interface Rival<State, Member> {
  member(name: string): Promise<Member>;
  /** A key package as it comes over the wire, to be added. */
  create(founder: Member): Promise<State>;
  commit(
    state: State,
    add: readonly Uint8Array[],
  ): Promise<{ state: State; commit: Uint8Array; welcome: Uint8Array }>;
  join(welcome: Uint8Array, member: Member): Promise<State>;
  encoded(member: Member): Uint8Array;
  receive(state: State, message: Uint8Array): Promise<State>;
  seal(state: State, data: Uint8Array): Promise<{ state: State; message: Uint8Array }>;
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('ts-mls returned nothing');
  return value;
}

export async function tsMls1(): Promise<
  Rival<one.ClientState, KeysOf<one.KeyPackage, one.PrivateKeyPackage>>
> {
  const cs = await one.getCiphersuiteImpl(
    one.getCiphersuiteFromName('MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519'),
  );
  const decode = (bytes: Uint8Array): one.MLSMessage => required(one.decodeMlsMessage(bytes, 0))[0];
  const version = 'mls10' as const;
  return {
    member: (name) =>
      one.generateKeyPackage(
        { credentialType: 'basic', identity: Buffer.from(name) },
        one.defaultCapabilities(),
        one.defaultLifetime,
        [],
        cs,
      ),
    create: ({ publicPackage, privatePackage }) =>
      one.createGroup(Buffer.from('bench'), publicPackage, privatePackage, [], cs),
    async commit(state, add) {
      const extraProposals = add.map((bytes): one.Proposal => {
        const message = decode(bytes);
        if (message.wireformat !== 'mls_key_package') throw new Error(message.wireformat);
        return { proposalType: 'add', add: { keyPackage: message.keyPackage } };
      });
      const made = await one.createCommit(
        { state, cipherSuite: cs },
        { extraProposals, ratchetTreeExtension: true },
      );
      const welcome = made.welcome
        ? one.encodeMlsMessage({ version, wireformat: 'mls_welcome', welcome: made.welcome })
        : new Uint8Array(0);
      return { state: made.newState, commit: one.encodeMlsMessage(made.commit), welcome };
    },
    join(welcome, { publicPackage, privatePackage }) {
      const message = decode(welcome);
      if (message.wireformat !== 'mls_welcome') throw new Error(message.wireformat);
      return one.joinGroup(message.welcome, publicPackage, privatePackage, one.emptyPskIndex, cs);
    },
    encoded: ({ publicPackage }) =>
      one.encodeMlsMessage({
        version,
        wireformat: 'mls_key_package',
        keyPackage: publicPackage,
      } as one.MLSMessage),
    async receive(state, bytes) {
      const message = decode(bytes);
      if (message.wireformat !== 'mls_private_message') throw new Error(message.wireformat);
      return (await one.processPrivateMessage(state, message.privateMessage, one.emptyPskIndex, cs)).newState;
    },
    async seal(state, data) {
      const { newState, privateMessage } = await one.createApplicationMessage(state, data, cs);
      const message = one.encodeMlsMessage({ version, wireformat: 'mls_private_message', privateMessage });
      return { state: newState, message };
    },
  };
}

interface KeysOf<Public, Private> {
  readonly publicPackage: Public;
  readonly privatePackage: Private;
}

export async function tsMls2(): Promise<
  Rival<two.ClientState, KeysOf<two.KeyPackage, two.PrivateKeyPackage>>
> {
  const cipherSuite = await two.getCiphersuiteImpl('MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519');
  const context = { cipherSuite, authService: two.unsafeTestingAuthenticationService };
  const decode = (bytes: Uint8Array): two.MlsMessage => required(two.decode(two.mlsMessageDecoder, bytes));
  const encode = (message: two.MlsMessage): Uint8Array => two.encode(two.mlsMessageEncoder, message);
  const { wireformats, protocolVersions } = two;
  return {
    member: (name) =>
      two.generateKeyPackage({
        credential: { credentialType: two.defaultCredentialTypes.basic, identity: Buffer.from(name) },
        cipherSuite,
      }),
    create: ({ publicPackage: keyPackage, privatePackage: privateKeyPackage }) =>
      two.createGroup({ context, groupId: Buffer.from('bench'), keyPackage, privateKeyPackage }),
    async commit(state, add) {
      const extraProposals = add.map((bytes): two.Proposal => {
        const message = decode(bytes);
        if (message.wireformat !== wireformats.mls_key_package) throw new Error('not a key package');
        return { proposalType: two.defaultProposalTypes.add, add: { keyPackage: message.keyPackage } };
      });
      const made = await two.createCommit({ context, state, extraProposals, ratchetTreeExtension: true });
      const welcome = made.welcome ? encode(made.welcome) : new Uint8Array(0);
      return { state: made.newState, commit: encode(made.commit), welcome };
    },
    join(bytes, { publicPackage: keyPackage, privatePackage: privateKeys }) {
      const message = decode(bytes);
      if (message.wireformat !== wireformats.mls_welcome) throw new Error('not a welcome');
      return two.joinGroup({ context, welcome: message.welcome, keyPackage, privateKeys });
    },
    encoded: ({ publicPackage: keyPackage }) =>
      encode({ wireformat: wireformats.mls_key_package, version: protocolVersions.mls10, keyPackage }),
    async receive(state, bytes) {
      const message = decode(bytes) as two.MlsFramedMessage;
      return (await two.processMessage({ context, state, message })).newState;
    },
    async seal(state, data) {
      const { newState, message } = await two.createApplicationMessage({ context, state, message: data });
      return { state: newState, message: encode(message) };
    },
  };
}

/** The figures that can be had from ts-mls in bearable time (a warm tree of 1,000 cannot). */
export async function measureRival<State, Member>(
  rival: Rival<State, Member>,
  size: number,
): Promise<Figures> {
  const figures: Figures = {};
  const suite = suiteOf(1);
  const first = await rival.member('member 1');
  const others = Array.from({ length: size - 2 }, (_, i) =>
    encodeMessage({ type: 'keyPackage', keyPackage: newMember(suite, `member ${i + 2}`).keyPackage }),
  );
  const founder = await rival.create(await rival.member('founder'));
  const made = await rival.commit(founder, [rival.encoded(first), ...others]);
  const a = made.state;
  const b = await rival.join(made.welcome, first);
  const few = size >= 1000 ? 1 : 5;

  const joiner = await rival.member('joiner');
  const add = [rival.encoded(joiner)];
  const same =
    <T>(value: T) =>
    async (): Promise<T> =>
      value;
  figures['add-commit'] = await costAsync(few, same(a), (s) => rival.commit(s, add));
  const added = await rival.commit(a, add);
  figures['add-commit, bytes'] = added.commit.length;
  figures['welcome, bytes'] = added.welcome.length;
  figures['process add'] = await costAsync(few, same(b), (s) => rival.receive(s, added.commit));
  figures['join'] = await costAsync(few, same(0), () => rival.join(added.welcome, joiner));
  figures['update, cold tree'] = await costAsync(few, same(a), (s) => rival.commit(s, []));
  const update = await rival.commit(a, []);
  figures['cold update, bytes'] = update.commit.length;
  figures['process cold update'] = await costAsync(few, same(b), (s) => rival.receive(s, update.commit));

  const data = new Uint8Array(100);
  let [sender, receiver] = [a, b];
  const sent: Uint8Array[] = [];
  const times = 50;
  const each = async (action: () => Promise<void>): Promise<number> =>
    (await costAsync(3, same(0), async () => {
      for (let i = 0; i < times; i++) await action();
    })) / times;
  figures['seal 100 B'] = await each(async () => {
    const { state, message } = await rival.seal(sender, data);
    sender = state;
    sent.push(message);
  });
  figures['message, bytes'] = sent[0]?.length ?? 0;
  let at = 0;
  figures['open 100 B'] = await each(async () => {
    receiver = await rival.receive(receiver, sent[at++] as Uint8Array);
  });
  return figures;
}
