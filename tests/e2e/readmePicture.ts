/**
 * Makes docs/images/room.png anew, the picture in the README: three people in a room, as one of them sees it.
 * `node tests/e2e/readmePicture.ts`, after the page was built.
 */
import { join } from 'node:path';
import { strings } from '../../packages/ui/src/strings.ts';
import { startOtr, temporaryFolder } from '../processes.ts';
import { repositoryRoot } from '../repository.ts';
import {
  copyInvite,
  createRoom,
  joinByPasting,
  lookAt,
  messageWith,
  reactTo,
  replyTo,
  say,
  settled,
} from './acts.ts';
import { launchBrowser } from './browser.ts';
import { Person } from './people.ts';
import { showAt, wide } from './pictures.ts';

const folder = temporaryFolder();
const browser = await launchBrowser();
const relay = await startOtr(['relay', '--port', '0', '--data', `${folder.path}/relay`]);
const people: Person[] = [];

try {
  for (const name of ['Ann', 'Bob', 'Cleo']) {
    const relayUrl = relay.ready['listening'] ?? '';
    people.push(await Person.arrive({ browser, relayUrl, folder: folder.path, name }));
  }
  await takePicture(people);
} finally {
  await Promise.all(people.map((person) => person.leaveForGood()));
  await relay.stop();
  await browser.close();
  folder.remove();
}

async function takePicture([ann, bob, cleo]: Person[]): Promise<void> {
  if (ann === undefined || bob === undefined || cleo === undefined) throw new Error('Somebody is missing.');
  await createRoom(ann, 'Allotment');
  await meet(ann, bob, 'Allotment');
  await say(bob.page, 'The compost is ready 🌱');
  await messageWith(ann.page, 'The compost is ready').waitFor();
  await createRoom(ann, 'Book club');
  await meet(ann, cleo, 'Book club');
  await say(cleo.page, 'Chapter seven made me cry');
  await messageWith(ann.page, 'Chapter seven').waitFor();
  await createRoom(ann, 'Garden');
  await copyInvite(ann);
  for (const person of [bob, cleo]) await joinByPasting(person, 'Garden');
  await talk(ann, bob, cleo);
  await ann.page.getByTestId('protect-hint').getByText(strings.vault.hintNot).click();
  await ann.page.getByText(/typing…$/).waitFor({ state: 'hidden' });
  await ann.page.mouse.move(640, 30);
  await showAt(ann.page, wide, 'light');
  await settled(ann.page);
  await ann.page.screenshot({ path: join(repositoryRoot, 'docs', 'images', 'room.png') });
}

async function meet(host: Person, guest: Person, room: string): Promise<void> {
  await copyInvite(host);
  await joinByPasting(guest, room);
}

async function talk(ann: Person, bob: Person, cleo: Person): Promise<void> {
  await say(ann.page, 'The tulips are out! Who has time on **Saturday** to weed the long bed?');
  await messageWith(bob.page, 'The tulips are out').waitFor();
  await say(bob.page, 'Me. I bring the wheelbarrow.');
  await messageWith(cleo.page, 'wheelbarrow').waitFor();
  await say(
    cleo.page,
    'Watering works by itself now:\n\n```js\nif (soil.moisture < 0.3) pump.run({ minutes: 5 });\n```',
  );
  await messageWith(ann.page, 'Watering works').waitFor();
  await reactTo(messageWith(ann.page, 'Watering works'), 'Party');
  await reactTo(messageWith(bob.page, 'Watering works'), 'Party');
  await reactTo(messageWith(bob.page, 'Watering works'), 'Seedling');
  await replyTo(messageWith(cleo.page, 'wheelbarrow'), 'Then I bring the cake 🍰');
  await messageWith(ann.page, 'Then I bring the cake').waitFor();
  await reactTo(messageWith(bob.page, 'Then I bring the cake'), 'Heart');
  await say(ann.page, 'Ten o’clock at the gate, then.');
  const last = messageWith(ann.page, 'Ten o’clock');
  await last.filter({ has: ann.page.locator('[data-delivery="all"]') }).waitFor();
  await lookAt(ann.page, 'Garden');
}
