import { afterEach, beforeEach, expect, test } from 'vitest';
import { viewOf } from '../../src/core/group/view.ts';
import { fromText, toText } from '../../src/core/text.ts';
import { leafNamed } from '../core/group/leaves.ts';
import { Company, detailsOf, keyOf, knows, memberOf, refusalOf, verifies } from './company.ts';
import { introduced } from './introduced.ts';
import { newId, type Person } from './person.ts';
import { SimulatedRoom } from './simulatedRoom.ts';

let company: Company;

beforeEach(async () => {
  company = await Company.meet();
});
afterEach(() => company.part());

async function pair(first: string, second: string) {
  const [one, two] = [company.person(first), company.person(second)];
  const room = await company.room(one, two);
  const keys = { one: one.room(room)?.me ?? '', two: two.room(room)?.me ?? '' };
  await knows(one, room, keys.two, 'unverified');
  await knows(two, room, keys.one, 'unverified');
  return { one, two, room, keys };
}

/** A room of somebody's who says to be this person, with whom `who` is in it. */
async function roomOfGhost(who: Person, name: string, identityKey?: string) {
  const leaf = { ...leafNamed(name), ...(identityKey !== undefined && { identityKey }) };
  const ghost = await SimulatedRoom.open(company.url, 1, 1, 1, leaf);
  const joining = who.ask('joinRoom', { link: ghost.link });
  await ghost.admit();
  const { room } = await joining;
  // The ghost knows of no commit but its own: who has come in has made its own already (C3).
  await ghost.during(introduced(room, who));
  return { ghost, room, key: viewOf(ghost.creator.group).me };
}

test('[D3] members show each other who they are, also to who comes later', async () => {
  const { one: ana, two: ben, room } = await pair('Ana', 'Ben');
  const cleo = company.person('Cleo');
  await cleo.joins(ana, room);
  const people = [ana, ben, cleo];
  for (const who of people) await who.until(() => who.room(room)?.trust.unverified === 2);
  for (const who of people) expect(await who.troubles(room)).toEqual([]);
});

test('[D2] [D3] a renewed leaf shows itself again, and is not doubted meanwhile', async () => {
  const { one: ana, two: ben, room, keys } = await pair('Ana', 'Ben');
  const before = ben.events.length;
  for (const name of ['Garden 2', 'Garden 3']) {
    await ana.ask('renameRoom', { room, name });
    await ben.until(() => ben.room(room)?.name === name);
  }
  await ana.says(room, 'still me');
  await ben.hears(room, ['still me']);
  const [message] = await ben.messages(room);
  expect(message?.trust).toBe('unverified');
  const told = ben.events
    .slice(before)
    .flatMap(({ event, data }) => (event === 'members' ? data.members : []));
  expect(new Set(told.filter(({ key }) => key === keys.one).map(({ trust }) => trust))).toEqual(
    new Set(['unverified']),
  );
});

test('[D6] the number is the same for both; who is verified in one room is verified in all', async () => {
  const { one: ana, two: ben, room, keys } = await pair('Ana', 'Ben');
  const mine = await ana.ask('getSafetyNumber', { room, member: keys.two });
  const theirs = await ben.ask('getSafetyNumber', { room, member: keys.one });
  expect(mine.number).toBe(theirs.number);
  expect(mine.emoji).toEqual(theirs.emoji);
  await ana.ask('verifyMember', { room, member: keys.two, number: theirs.code });
  await knows(ana, room, keys.two, 'verified');
  const other = await company.room(ben, ana);
  const key = ben.room(other)?.me ?? '';
  await knows(ana, other, key, 'verified');
  expect((await memberOf(ana, other, key))?.verified?.by).toBe('number');
  // Ben has compared nothing.
  expect(ben.room(room)?.trust).toMatchObject({ verified: 0, unverified: 1 });
  await ana.ask('unverifyMember', { room: other, member: key });
  await knows(ana, room, keys.two, 'unverified');
});

test('[D6] a wrong number verifies nobody, and nor does that with another member', async () => {
  const { one: ana, room, keys } = await pair('Ana', 'Ben');
  const cleo = company.person('Cleo');
  await cleo.joins(ana, room);
  const cleoKey = cleo.room(room)?.me ?? '';
  await knows(ana, room, cleoKey, 'unverified');
  const { number } = await ana.ask('getSafetyNumber', { room, member: cleoKey });
  const wrong = number.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10));
  for (const given of [wrong, '', '0'.repeat(60)]) {
    const request = { room, member: cleoKey, number: given };
    expect(await refusalOf(ana, 'verifyMember', request)).toBe('notTheSame');
  }
  expect(await refusalOf(ana, 'verifyMember', { room, member: keys.two, number })).toBe('notTheSame');
  expect(ana.room(room)?.trust.verified).toBe(0);
});

test('[D7] a one-time invite verifies both: the joiner at once, its maker with a yes', async () => {
  const [ana, ben] = [company.person('Ana'), company.person('Ben')];
  const room = await ana.create('Garden');
  const cleo = company.person('Cleo');
  await cleo.joins(ana, room);
  const policy = { uses: 1, expiresIn: null, approval: false };
  const { link } = await ana.ask('createInvite', { room, ...policy });
  expect(link).toMatch(/\.[A-Za-z0-9_-]{22}$/);
  await ana.until(async () => (await detailsOf(ana, room)).invites.some((invite) => invite.link === link));
  // Others see that there is one, and cannot show it.
  await cleo.until(async () => (await detailsOf(cleo, room)).invites.some(({ uses }) => uses === 1));
  expect((await detailsOf(cleo, room)).invites.find(({ uses }) => uses === 1)?.link).toBeNull();
  await ben.ask('joinRoom', { link });
  await ben.until(() => ben.room(room)?.state === 'joined');
  const anaKey = ana.room(room)?.me ?? '';
  const benKey = ben.room(room)?.me ?? '';
  await knows(ben, room, anaKey, 'verified');
  expect((await memberOf(ben, room, anaKey))?.verified?.by).toBe('invite');
  await ana.until(async () => (await memberOf(ana, room, benKey))?.asks === 'invited');
  expect((await memberOf(ana, room, benKey))?.trust).toBe('unverified');
  await ana.ask('confirmInvited', { room, member: benKey, yes: true });
  await knows(ana, room, benKey, 'verified');
  expect((await memberOf(ana, room, benKey))?.asks).toBeUndefined();
  // Cleo's part in it is none.
  await knows(cleo, room, benKey, 'unverified');
  expect(await refusalOf(ana, 'confirmInvited', { room, member: benKey, yes: true })).toBe('memberNotFound');
});

test('[D7] a no verifies nobody', async () => {
  const [ana, ben] = [company.person('Ana'), company.person('Ben')];
  const room = await ana.create('Garden');
  const { link } = await ana.ask('createInvite', { room, uses: 1, expiresIn: null, approval: false });
  await ben.ask('joinRoom', { link });
  await ben.until(() => ben.room(room)?.state === 'joined');
  const benKey = ben.room(room)?.me ?? '';
  await ana.until(async () => (await memberOf(ana, room, benKey))?.asks === 'invited');
  await ana.ask('confirmInvited', { room, member: benKey, yes: false });
  expect((await memberOf(ana, room, benKey))?.trust).toBe('unverified');
  expect((await memberOf(ana, room, benKey))?.asks).toBeUndefined();
});

test('[D8] three words verify both', async () => {
  const { one: ana, two: ben, room, keys } = await pair('Ana', 'Ben');
  const { words } = await ana.ask('startWords', { room, member: keys.two });
  await ben.until(async () => (await memberOf(ben, room, keys.one))?.asks === 'words');
  await ben.ask('enterWords', { room, member: keys.one, words: words.join(' ') });
  await knows(ana, room, keys.two, 'verified');
  await knows(ben, room, keys.one, 'verified');
  expect((await memberOf(ben, room, keys.one))?.verified?.by).toBe('words');
});

test('[D8] a wrong word verifies nobody, is told to both, and is the only guess', async () => {
  const { one: ana, two: ben, room, keys } = await pair('Ana', 'Ben');
  const { words } = await ana.ask('startWords', { room, member: keys.two });
  await ben.until(async () => (await memberOf(ben, room, keys.one))?.asks === 'words');
  const wrong = [words[0], words[1], words[2] === 'zoo' ? 'abandon' : 'zoo'].join(' ');
  await ben.ask('enterWords', { room, member: keys.one, words: wrong });
  for (const who of [ana, ben]) await who.until(async () => (await who.notices(room)).includes('wordsWrong'));
  const again = { room, member: keys.one, words: words.join(' ') };
  expect(await refusalOf(ben, 'enterWords', again)).toBe('notAllowed');
  for (const who of [ana, ben]) expect(who.room(room)?.trust.verified).toBe(0);
});

test('[D6] who bears a verified person’s name with other keys holds back what is said, until it is decided', async () => {
  const { one: ana, room, keys } = await pair('Ana', 'Ben');
  await verifies(ana, room, keys.two);
  const other = company.person('ben');
  await other.joins(ana, room);
  const otherKey = other.room(room)?.me ?? '';
  await knows(ana, room, otherKey, 'changed');
  await ana.until(async () => (await ana.notices(room)).includes('identityChanged'));
  const held = await ana.says(room, 'not for just anyone');
  await other.says(room, 'hello');
  await ana.hears(room, ['hello']);
  const hello = (await ana.messages(room)).find(({ text }) => text === 'hello');
  expect(hello?.trust).toBe('changed');
  const mine = async () => (await ana.messages(room)).find(({ id }) => id === held);
  expect((await mine())?.delivery).toBe('saved');
  expect(ana.room(room)?.trust.changed).toBe(1);
  expect(await other.texts(room)).not.toContain('not for just anyone');
  await ana.ask('acceptMember', { room, member: otherKey });
  await other.hears(room, ['not for just anyone']);
  await knows(ana, room, otherKey, 'unverified');
});

test('[D6] held messages go, too, when the other one is removed', async () => {
  const { one: ana, two: ben, room, keys } = await pair('Ana', 'Ben');
  await verifies(ana, room, keys.two);
  const other = company.person('Ben');
  await other.joins(ben, room);
  const otherKey = other.room(room)?.me ?? '';
  await knows(ana, room, otherKey, 'changed');
  await ana.says(room, 'for Ben alone');
  await ana.ask('removeMember', { room, member: otherKey });
  await ben.hears(room, ['for Ben alone']);
  expect(await other.texts(room)).not.toContain('for Ben alone');
});

test('[D3] a ghost with a copied name and identity key speaks: it has not shown who it is', async () => {
  const { one: ana, two: ben, room, keys } = await pair('Ana', 'Ben');
  await verifies(ana, room, keys.two);
  const identityKey = toText(await identityOf(ana, room, keys.two));
  const made = await roomOfGhost(ana, 'Ben', identityKey);
  await knows(ana, made.room, made.key, 'waiting');
  await made.ghost.say(made.ghost.creator, 'It is me, Ben');
  await knows(ana, made.room, made.key, 'unproven');
  const [message] = await ana.messages(made.room);
  expect(message?.trust).toBe('unproven');
  expect(await refusalOf(ana, 'getSafetyNumber', { room: made.room, member: made.key })).toBe('notShown');
  // The one who has the key is believed.
  expect((await memberOf(ana, room, keys.two))?.trust).toBe('verified');
  expect(await ben.troubles(room)).toEqual([]);
  made.ghost.close();
});

test('[D3] a wrong tag is refused, and told', async () => {
  const { one: ana, room, keys } = await pair('Ana', 'Ben');
  const identityKey = toText(await identityOf(ana, room, keys.two));
  const made = await roomOfGhost(ana, 'Ben', identityKey);
  const leaf = viewOf(made.ghost.creator.group).members.get(ana.room(made.room)?.me ?? '')?.leafIndex ?? 0;
  const tags = toText(new Uint8Array(16).fill(7));
  await made.ghost.speak(made.ghost.creator, { kind: 'identify', version: 1, to: [leaf], tags });
  await knows(ana, made.room, made.key, 'refused');
  expect(await ana.troubles(made.room)).toContain('identityRefused');
  made.ghost.close();
});

test('[D3] a ghost with a copied name and keys of its own is told apart from who was verified', async () => {
  const { one: ana, room, keys } = await pair('Ana', 'Ben');
  await verifies(ana, room, keys.two);
  const made = await roomOfGhost(ana, 'B  EN'.replace('  ', ''));
  await knows(ana, made.room, made.key, 'changed');
  await ana.says(made.room, 'a secret');
  await made.ghost.say(made.ghost.creator, 'well?');
  await ana.hears(made.room, ['well?']);
  expect(made.ghost.creator.heard).toEqual([]);
  made.ghost.close();
});

test('[D10] who leaves can publish its signature key; what follows in its name is refused', async () => {
  const { one: ana, two: ben, room } = await pair('Ana', 'Ben');
  await ben.says(room, 'off the record');
  await ana.hears(room, ['off the record']);
  await ben.ask('leaveRoom', { room, publishKey: true });
  await ana.until(async () => (await ana.notices(room)).includes('left'));
  expect(await ana.troubles(room)).toEqual([]);
});

test('[D10] one’s own history can be changed by oneself, and nothing tells', async () => {
  const { one: ana, two: ben, room } = await pair('Ana', 'Ben');
  const id = await ben.says(room, 'what Ben said');
  await ana.hears(room, ['what Ben said']);
  const [before] = await ana.messages(room);
  await ana.ask('rewriteHistory', { room, id, text: 'what Ben never said' });
  const [after] = await ana.messages(room);
  expect(after).toEqual({ ...before, text: 'what Ben never said' });
  expect(await ben.texts(room)).toEqual(['what Ben said']);
  await ana.ask('rewriteHistory', { room, id, text: null });
  expect(await ana.texts(room)).toEqual([]);
  expect(await refusalOf(ana, 'rewriteHistory', { room, id: newId(), text: 'x' })).toBe('messageNotFound');
});

/** The identity key of a member, as its safety code carries it. */
async function identityOf(who: Person, room: string, member: string): Promise<Uint8Array> {
  const { code } = await who.ask('getSafetyNumber', { room, member });
  const self = who.room(room)?.me ?? '';
  const keys = code.split(':').slice(2).map(fromText);
  const { code: own } = await selfCode(who, room, member, self);
  const found = keys.find((key) => toText(key) !== own);
  if (!found) throw new Error('no key in the code');
  return found;
}

/** Which of the two keys is our own: the one that is in the code with somebody else, too. */
async function selfCode(who: Person, room: string, member: string, _self: string): Promise<{ code: string }> {
  const stranger = company.person(`Stranger ${newId()}`);
  await stranger.joins(who, room);
  const key = stranger.room(room)?.me ?? '';
  await knows(who, room, key, 'unverified');
  const [one, two] = [member, key].map((each) => who.ask('getSafetyNumber', { room, member: each }));
  const first = (await one)?.code.split(':').slice(2) ?? [];
  const second = (await two)?.code.split(':').slice(2) ?? [];
  await company.dismiss(stranger);
  return { code: first.find((text) => second.includes(text)) ?? '' };
}

test('[D3] the names of the members are found', async () => {
  const { one: ana, room, keys } = await pair('Ana', 'Ben');
  expect(await keyOf(ana, room, 'Ben')).toBe(keys.two);
});
