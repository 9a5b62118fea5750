import { count } from './words.ts';

export const settings = {
  title: 'Settings',
  open: 'Settings',
  name: 'Your name',
  nameHint: 'Everybody in your rooms sees the change.',
  saveName: 'Save name',
  nameSaved: 'Name saved',
  theme: 'Appearance',
  themes: { system: 'Like the system', light: 'Light', dark: 'Dark' },
  toggleTheme: (dark: boolean) => (dark ? 'Switch to light' : 'Switch to dark'),
  notifications: 'Notifications',
  notifyLevels: {
    off: 'None',
    who: 'Sender and room',
    text: 'Sender, room and text',
  },
  notifyHint: 'Shown while this page is in the background. Your system may keep what it shows.',
  notifyDenied: 'Your browser blocks notifications of this page. Allow them in the site settings first.',
  tell: 'What others are told',
  tellRead: 'Tell others what I have read',
  tellTyping: 'Tell others that I am typing',
  relay: 'Relay',
  relayStates: { online: 'Connected', connecting: 'Connecting', offline: 'Out of reach' },
  ephemeral: 'Nothing is kept: this chat and its history are gone when the program stops.',
  version: (version: string) => `Version ${version}`,
};

export const vault = {
  title: 'Protection on this computer',
  by: {
    passphrase: 'Your history and keys are locked with your passphrase.',
    keychain:
      'Your history and keys are encrypted; the key is in the keychain of this computer. Whoever can log in as you can open them.',
    file: 'Your history and keys are encrypted, but the key lies beside them: whoever can read your files can open them.',
    none: 'Nothing is kept on this computer, so there is nothing to protect.',
  },
  set: 'Set a passphrase…',
  change: 'Change passphrase…',
  remove: 'Remove passphrase…',
  idle: 'Lock when idle…',
  lockNow: 'Lock now',
  idleNow: (minutes: number) =>
    minutes === 0
      ? 'It stays open until the program stops.'
      : `Locks after ${idleText(minutes)} without use.`,
  dialogTitles: {
    set: 'Set a passphrase',
    change: 'Change the passphrase',
    remove: 'Remove the passphrase',
    idle: 'Lock when idle',
  },
  dialogTexts: {
    set: 'You are asked for it whenever the chat starts. It cannot be recovered: without it, the history on this computer is lost.',
    change: 'From now on only the new one opens this chat.',
    remove: 'The chat then opens without asking.',
    idle: 'The keys are wiped from memory when nobody has used the chat for a while. Messages wait at the relay until you unlock it.',
  },
  dialogDo: { set: 'Set passphrase', change: 'Change passphrase', remove: 'Remove passphrase', idle: 'Save' },
  current: 'Your passphrase now',
  next: 'New passphrase',
  nextHint: 'Several words are better than one complicated one.',
  again: 'The same once more',
  differ: 'The two are not the same.',
  keepWhere: 'Keep the key',
  keepChoices: { keychain: 'in the keychain of this computer', file: 'in a file that only you may read' },
  idleLabel: 'Lock after',
  idleChoice: (minutes: number) => (minutes === 0 ? 'Never' : idleText(minutes)),
  wrong: 'That is not the passphrase. Try again.',
  working: 'This takes a moment, on purpose…',
  done: {
    set: 'The passphrase is set',
    change: 'The passphrase is changed',
    remove: 'The passphrase is removed',
    idle: 'Saved',
  },
  lockedTitle: 'This chat is locked',
  lockedText: 'Its history and keys are encrypted on this computer until you open it.',
  passphrase: 'Passphrase',
  unlock: 'Open',
  keychainText:
    'Its key is in the keychain of this computer, which has not handed it over. Unlock the keychain, then try again.',
  fileText: 'Its key is in a file of this computer.',
  tryAgain: 'Open',
  hint: 'Protect this chat with a passphrase?',
  hintText: 'Then nobody else who uses this computer can open it.',
  hintDo: 'Set a passphrase…',
  hintNot: 'Not now',
};

function idleText(minutes: number): string {
  return minutes % 60 === 0 ? count(minutes / 60, 'hour', 'hours') : count(minutes, 'minute', 'minutes');
}
