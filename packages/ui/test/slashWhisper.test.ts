import { expect, it } from 'vitest';
import { slashWhisper } from '../src/composer/slashWhisper.ts';
import { strings } from '../src/strings.ts';
import { membersOf } from './fixtures.ts';

const [template] = membersOf(1, 0);
if (template === undefined) throw new Error('There is no member.');
const people = ['Me', 'Ana', 'Ana Lima', 'Bob', 'Bob’s brother', 'Chloé Martin'].map((name, index) => ({
  ...template,
  ...{ key: name, name, self: index === 0 },
}));

it.each([
  ['/w Bob hello', 'Bob', 'hello'],
  ['/w bob hello', 'Bob', 'hello'],
  ['/w @Bob: hello', 'Bob', 'hello'],
  ['/whisper Ana Lima two\nlines', 'Ana Lima', 'two\nlines'],
  ['/w Ana limes', 'Ana', 'limes'],
  ['/w  Ana   x', 'Ana', 'x'],
  ['/w Chloé see you', 'Chloé Martin', 'see you'],
  ['/w Bob’s brother and you?', 'Bob’s brother', 'and you?'],
])('%s', (said, to, text) => expect(slashWhisper(said, people)).toEqual({ kind: 'whisper', to, text }));

it.each([
  ['/w', strings.whispers.whom],
  ['/w ', strings.whispers.whom],
  ['/w Bobby hello', strings.whispers.unknown('Bobby')],
  ['/w Me hello', strings.whispers.unknown('Me')],
  ['/w Bob', strings.whispers.empty('Bob')],
])('is never for everybody: %s', (said, why) =>
  expect(slashWhisper(said, people)).toEqual({ kind: 'problem', why }),
);

it.each(['hello', '/weather', ' /w Bob hello', 'w Bob', '/W'])('is none: %s', (said) =>
  expect(slashWhisper(said, people)).toEqual({ kind: 'none' }),
);
