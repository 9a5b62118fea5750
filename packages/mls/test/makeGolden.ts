import { writeFileSync } from 'node:fs';
import { suiteOf } from '../src/crypto/suite.ts';
import { createCommit } from '../src/group/createCommit.ts';
import { proposeUpdate, sealMessage } from '../src/group/message.ts';
import { epochAuthenticator } from '../src/group/query.ts';
import { receiveMessage } from '../src/group/receiveMessage.ts';
import type { GroupState } from '../src/group/state.ts';
import { recordsOf } from '../src/store/records.ts';
import { RECORD_VERSION } from '../src/store/stateCodec.ts';
import { commit, config, room, string, text } from './room.ts';

/** Writes golden files for a NEW record version: `node packages/mls/test/makeGolden.ts`. Old ones stay as they are. */

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

for (const [name, id] of [
  ['suite1', 1],
  ['xwing', 0xf00d],
] as const) {
  let states = room(5, config(suiteOf(id)));
  const messages: { encoded: string; data: string }[] = [];
  const skipOne = (): void => {
    const [first, second, ...rest] = states as [GroupState, GroupState, ...GroupState[]];
    const skipped = sealMessage(first, text(`skipped in epoch ${first.context.epoch}`));
    const read = sealMessage(skipped.state, text('read'));
    const got = receiveMessage(second, read.send);
    if (got.kind !== 'application') throw new Error(got.kind);
    states = [read.state, got.state, ...rest];
    messages.push({ encoded: hex(skipped.send), data: `skipped in epoch ${first.context.epoch}` });
  };
  skipOne();
  states = commit(states, 2, {});
  skipOne();
  const updated = proposeUpdate(states[1] as GroupState);
  const { state } = createCommit(updated.state, { ignoreReceived: true });
  const records = Object.fromEntries([...recordsOf(state)].map(([k, v]) => [k, hex(v)]));
  const golden = { suiteId: id, records, authenticator: hex(epochAuthenticator(state)), messages };
  const file = new URL(`golden/state-v${RECORD_VERSION}-${name}.json`, import.meta.url);
  writeFileSync(file, `${JSON.stringify(golden, undefined, 1)}\n`);
  process.stdout.write(`${file.pathname} ${string(text('written'))}\n`);
}
