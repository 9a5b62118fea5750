import { isolated, people } from './words.ts';

export const whispers = {
  choose: 'Whisper to…',
  hint: 'A whisper is for those you choose. Others in the room see nothing of it, and nobody can prove that you said it.',
  find: 'Find a person',
  none: 'Nobody of that name is here.',
  alone: 'There is nobody else here.',
  more: (n: number) => `${n} more: type a part of the name.`,
  bar: 'Whisper to',
  drop: (name: string) => `Do not whisper to ${isolated(name)}`,
  leave: 'Say it to everyone again',
  send: 'Whisper',
  label: (names: readonly string[], room: string) => `Whisper to ${people(names)} in ${room}`,
  placeholder: (names: readonly string[]) => `Whisper to ${people(names)}`,
  nobody: 'Nobody of those you chose is in the room any more. Nothing was sent.',
  unknown: (said: string) => `Nobody here is called “${isolated(said)}”. Nothing was sent.`,
  whom: 'Write /w, a name and what you want to whisper. Nothing was sent.',
  empty: (name: string) => `Write what you want to whisper to ${isolated(name)} after the name.`,
  /** Over a whisper in the timeline. `you` stands for oneself. */
  to: (names: readonly string[]) => `whisper to ${people(names)}`,
  you: 'you',
  someone: 'somebody who has left',
  toItem: 'Whisper…',
  details: (names: string) =>
    `A whisper to ${names}. It is not signed: whoever could read it could have made it.`,
};

export const offTheRecord = {
  word: 'Off the record',
  switchHint:
    'Nothing is signed or kept on a disk; all is gone when the chat program on this computer stops. For up to 100 people.',
  composer: 'Off the record: not signed, not kept',
  placeholder: 'Write off the record',
  title:
    'Off the record: nothing that is said here is signed or kept on a disk. It is gone when the chat program on this computer stops.',
  empty:
    'Nothing that is said here is signed or kept on a disk. It is gone when the chat program on this computer stops.',
};

export const rewrite = {
  item: 'Change in my history only…',
  title: 'Change in my history only',
  explain: 'Only the history on this computer changes. Nobody else sees anything of it, and no trace stays.',
  why: 'Anybody can do this with theirs. That is why a history or its export proves nothing about what was said.',
  label: 'The message, as it is to read here',
  change: 'Change here',
  remove: 'Delete here',
  removeSure: 'Really delete here?',
  changed: 'Changed in your history only',
  removed: 'Deleted from your history only',
};
