import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { verifyTranscript } from '../../src/transcript/verifyTranscript.ts';
import { Company, keyOf } from '../chat/company.ts';
import { newId, Person } from '../chat/person.ts';
import { Notebook, transcriptOf } from './recorded.ts';

vi.setConfig({ testTimeout: 60_000 });

let company: Company;
beforeEach(async () => {
  company = await Company.meet();
});
afterEach(() => company.part());

function recording(name: string): { person: Person; notebook: Notebook } {
  const notebook = new Notebook();
  const person = new Person({ relayUrl: company.url, name, record: notebook.recorder });
  return { person, notebook };
}

test('[D10] real transcripts are accepted whatever happens in the room', async () => {
  const all = ['Ana', 'Ben', 'Cleo', 'Dan'].map(recording);
  const [ana, ben, cleo, dan] = all.map(({ person }) => person);
  if (!ana || !ben || !cleo || !dan) throw new Error('nobody');
  const { room } = await ana.ask('createRoom', { name: 'Garden', large: true });
  const policy = { uses: 1, expiresIn: null, approval: false };
  const { link } = await ana.ask('createInvite', { room, ...policy });
  await ben.ask('joinRoom', { link });
  await ben.until(() => ben.room(room)?.state === 'joined');
  for (const who of [cleo, dan]) await who.joins(ana, room);
  await company.allKnow([ana, ben, cleo, dan], room);
  await ana.ask('confirmInvited', { room, member: await keyOf(ana, room, 'Ben'), yes: true });

  const { words } = await ben.ask('startWords', { room, member: await keyOf(ben, room, 'Cleo') });
  await cleo.until(async () => {
    const { members } = await cleo.ask('getMembers', { room });
    return members.some(({ asks }) => asks === 'words');
  });
  await cleo.ask('enterWords', { room, member: await keyOf(cleo, room, 'Ben'), words: words.join(' ') });
  await ben.until(async () => (await ben.notices(room)).includes('verified'));

  const first = await ana.says(room, 'one');
  await ben.hears(room, ['one']);
  await ben.ask('sendMessage', { room, id: newId(), text: 'two', replyTo: first });
  await ben.ask('react', { room, id: newId(), target: first, emoji: '👍', on: true });
  await ben.settles(room);
  const whispered = newId();
  const whisperTo = [await keyOf(cleo, room, 'Ana'), await keyOf(cleo, room, 'Dan')];
  await cleo.ask('sendMessage', { room, id: whispered, text: 'three', whisperTo });
  await dan.hears(room, ['three']);
  await cleo.ask('deleteMessage', { room, id: newId(), target: whispered });
  await cleo.settles(room);
  await ana.ask('setTimer', { room, disappearAfter: 86_400_000 });
  for (const who of [ana, ben, cleo, dan])
    await who.until(() => who.room(room)?.disappearAfter === 86_400_000);
  await company.allKnow([ana, ben, cleo, dan], room);
  await dan.says(room, 'four');
  await dan.settles(room);
  await dan.ask('leaveRoom', { room, publishKey: true });
  await company.allSee([ana, ben, cleo], room, 3);
  await ana.ask('removeMember', { room, member: await keyOf(ana, room, 'Cleo') });
  await cleo.until(() => cleo.room(room)?.state === 'removed');
  await company.allKnow([ana, ben], room);
  await ben.says(room, 'five');
  await ana.hears(room, ['five']);
  for (const who of [ana, ben]) await who.settles(room);
  for (const { person } of all) await person.close();

  const verified = all.map(({ notebook }) => verifyTranscript(transcriptOf(notebook.text(room))));
  expect(verified.map((one) => (one.ok ? true : one))).toEqual([true, true, true, true]);
  const texts = verified.map((one) => (one.ok ? one.value.messages.map(({ text }) => text) : []));
  expect(texts).toEqual([
    ['one', 'two', '', 'four', 'five'],
    ['one', 'two', 'four', 'five'],
    ['one', 'two', '', 'four'],
    ['one', 'two', '', 'four'],
  ]);
});
