import { describe, expect, it } from 'vitest';
import { erase } from '../src/codec/bytes.ts';
import { createCommit } from '../src/group/createCommit.ts';
import { proposeUpdate, sealMessage } from '../src/group/message.ts';
import { acceptCommit, discardCommit } from '../src/group/pendingCommit.ts';
import { receiveMessage } from '../src/group/receiveMessage.ts';
import type { GroupState } from '../src/group/state.ts';
import { recordsOf, restoreGroup } from '../src/store/records.ts';
import { config, room, string, text } from './room.ts';

const { suite } = config();

describe('a key that the application gives', () => {
  it('stays its own: erasing after a lost commit leaves it whole for the next try', () => {
    const [a, b] = room(2) as [GroupState, GroupState];
    const signatureKeys = suite.signature.generate();
    const given = Uint8Array.from(signatureKeys.privateKey);
    const lost = createCommit(a, { leaf: { signatureKeys } });
    const dropped = discardCommit(lost.state);
    erase([...lost.erase, ...dropped.erase]);
    expect(signatureKeys.privateKey).toEqual(given);

    const again = createCommit(dropped.state, { leaf: { signatureKeys } });
    const won = acceptCommit(again.state);
    erase([...again.erase, ...won.erase]);
    const got = receiveMessage(b, again.send.commit);
    if (got.kind !== 'commit') throw new Error(got.kind);
    const { send } = sealMessage(restoreGroup(recordsOf(won.state), won.state.config), text('still me'));
    const said = receiveMessage(got.state, send);
    expect(said.kind === 'application' && string(said.data)).toBe('still me');
    erase([signatureKeys.privateKey]);
    expect(won.state.self.signaturePrivateKey).toEqual(given);
  });

  it('stays its own in an update that is proposed', () => {
    const [a] = room(2) as [GroupState];
    const signatureKeys = suite.signature.generate();
    const { state } = proposeUpdate(a, { signatureKeys });
    const [stored] = [...state.proposals.values()];
    expect(stored?.update?.signaturePrivateKey).toEqual(signatureKeys.privateKey);
    expect(stored?.update?.signaturePrivateKey).not.toBe(signatureKeys.privateKey);
  });
});

describe('an erased private key', () => {
  it.each([1, 0xf00d])(
    'opens and signs nothing, although its key object was cached (suite %i)',
    async (id) => {
      const { suiteOf } = await import('../src/crypto/suite.ts');
      const of = suiteOf(id);
      const pair = of.kem.deriveKeyPair(new Uint8Array(of.hashLength).fill(7));
      const { output, sharedSecret } = of.kem.encapsulate(pair.publicKey);
      expect(of.kem.decapsulate(pair.privateKey, output)).toEqual(sharedSecret);
      const signer = of.signature.generate();
      erase([pair.privateKey, signer.privateKey]);
      const opened = (() => {
        try {
          return of.kem.decapsulate(pair.privateKey, output);
        } catch {
          return undefined;
        }
      })();
      expect(opened).not.toEqual(sharedSecret);
      const signature = of.signature.sign(signer.privateKey, text('m'));
      expect(of.signature.verify(signer.publicKey, text('m'), signature)).toBe(false);
    },
  );
});
