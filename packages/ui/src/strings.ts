import type { AlarmRow, NoticeRow, ProblemCode } from '@otr/protocol';

const plural = new Intl.PluralRules('en');

/** `1 message`, `3 messages`. */
function count(n: number, one: string, other: string): string {
  return `${n.toLocaleString('en')} ${plural.select(n) === 'one' ? one : other}`;
}

/** A letter of a script that runs from right to left (Hebrew, Arabic and their relatives). */
const rightToLeft = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

/**
 * A name in a sentence: the rest of the sentence keeps its order whatever the name is written in (first strong
 * isolate … pop directional isolate, Unicode annex 9). Names hold no direction marks of their own (`name` of the
 * payload); the others stay plain, so that a sentence can be searched for and copied.
 */
function isolated(name: string): string {
  return rightToLeft.test(name) ? `\u2068${name}\u2069` : name;
}

/** Names in a row: `Ana`, `Ana and Ben`, `Ana, Ben and 3 others`. */
function people(names: readonly string[]): string {
  const [first = '', second = ''] = names.map(isolated);
  if (names.length <= 1) return first;
  if (names.length === 2) return `${first} and ${second}`;
  return `${first}, ${second} and ${count(names.length - 2, 'other', 'others')}`;
}

type Values = NoticeRow['data'];

/** The name in a row's data, or a word for nobody in particular. */
function who(values: Values, key = 'name'): string {
  const value = values[key];
  return value === undefined || value === '' ? 'Somebody' : isolated(String(value));
}

/** A number in a row's data; 1 when it tells none. */
function howMany(values: Values): number {
  const value = Number(values['count'] ?? values['missing'] ?? 1);
  return Number.isFinite(value) && value > 0 ? value : 1;
}

/** What to do about an entry that was refused, where it is something of its own. */
const todo: Partial<Record<ProblemCode, string>> = {
  unknownSender: 'It is not shown. You need not do anything.',
  badPayload: 'Its sender may use a newer version of this chat: update yours, and ask for it again.',
  replayed: 'It is shown once, at its first place. You need not do anything.',
  badRegistration: 'They did not get in, and you need not do anything.',
  unknownEntry: 'It is not shown. You need not do anything.',
  keyReused: 'They did not get in. Whoever it was can join again with the invite.',
};

/** Every visible string of the page. */
export const strings = {
  appName: 'OTR Chatroom',
  loading: 'Opening the chat…',
  connecting: 'Connecting to the chat on this computer…',
  disconnected:
    'The chat program on this computer has stopped. Start it again with: otr up. This page reconnects by itself.',

  needsCode: {
    title: 'Open the chat from its command',
    why: 'This page only works when the chat opens it, so that no other page or program can pose as you.',
    how: 'In a terminal, run:',
    command: 'otr open',
    copied: 'Command copied',
    copy: 'Copy the command',
  },

  welcome: {
    title: 'What should others call you?',
    text: 'Only the people in your rooms see this name. There is no account.',
    label: 'Your name',
    submit: 'Continue',
    firstRoomText: 'Make a room and send its invite to somebody, or join with a link that you were sent.',
    promise: 'Messages are encrypted on this computer. The relay in between cannot read them.',
    greeting: (name: string) => `Hello, ${name}`,
  },

  rooms: {
    title: 'Rooms',
    list: 'Rooms',
    create: 'New room',
    join: 'Join',
    byLink: 'by link',
    joinByLink: 'Join by link',
    none: 'No rooms yet',
    draft: 'Draft:',
    you: 'You',
    creating: 'Waiting for the relay…',
    joining: 'Joining…',
    stopped: 'Stopped by the relay',
    empty: 'No messages yet',
    /** The text is the last thing in its line: direction marks in it have nothing else to turn. */
    lastLine: (name: string, text: string) => `${isolated(name)}: ${text}`,
    unread: (n: number) => count(n, 'unread message', 'unread messages'),
    queued: (n: number) => `${count(n, 'message', 'messages')} waiting to be sent`,
    alarm: 'Warning: the relay misbehaved in this room',
    more: 'More',
    selectTitle: 'No room selected',
    select: 'Choose a room on the left, or press Ctrl+K to find one.',
    notFound: 'This room is not here',
    notFoundText: 'You may have left it. Choose another room on the left.',
  },

  room: {
    back: 'Back to rooms',
    people: (n: number, online: number) => `${count(n, 'member', 'members')}, ${online} online`,
    peopleUnknown: (n: number) => `${count(n, 'member', 'members')}, relay out of reach`,
    showMembers: 'Members',
    invite: 'Invite',
    actions: 'Room actions',
    rename: 'Rename room…',
    leave: 'Leave room…',
    copyLink: 'Copy link to room',
    emptyTitle: 'Nobody has said anything yet',
    emptyAlone: 'You are the only one here. Invite somebody: send the link, or let them scan the code.',
    emptyTogether: 'Say hello.',
    joiningTitle: 'Joining the room',
    joiningText: 'Messages appear here as soon as you are in.',
    start: 'This is the beginning of the room on this computer.',
    joining: 'Waiting for the relay to let you in. This goes on by itself; you may close this page.',
    creating:
      'The room is stored here. It is made at the relay as soon as it can be reached; you can write already.',
    stopped: (reason: string) => `This room is stopped. ${reason}`,
    stoppedUnknown: 'The relay gave no reason.',
    stoppedAdvice:
      'It is tried again by itself; until then, what you write waits here. If it stays so, leave the room and ask for a new invite.',
    stoppedNeverIn: 'The link may be old or wrong: ask whoever sent it for a new one, and leave this room.',
  },

  timeline: {
    label: (room: string) => `Messages in ${room}`,
    today: 'Today',
    yesterday: 'Yesterday',
    newMessages: 'New messages',
    loading: 'Loading messages…',
    jump: 'Jump to latest',
    jumpCount: (n: number) => `${count(n, 'new message', 'new messages')}, jump to latest`,
    showAll: 'Show all',
    showLess: 'Show less',
    messageFrom: (name: string, time: string) => `${name}, ${time}`,
    you: 'You',
    messageGone: 'That message is not in the history on this computer.',
    arrived: (name: string, text: string) => `${name}: ${text}`,
    arrivedMany: (n: number) => count(n, 'new message', 'new messages'),
  },

  message: {
    actions: (name: string, time: string) => `Actions for the message of ${name}, ${time}`,
    copyText: 'Copy text',
    copyLink: 'Copy link to message',
    quote: 'Quote',
    details: 'Who received it',
    linkCopied: 'Link copied. It opens on this computer only.',
    textCopied: 'Text copied',
    copyFailed: 'Copying was not possible. Select the text and copy it yourself.',
    code: 'Code',
    codeIn: (language: string) => `Code, ${language}`,
    copyCode: 'Copy code',
    codeCopied: 'Code copied',
    table: 'Table',
    image: (alt: string) => (alt === '' ? 'Image' : `Image: ${alt}`),
  },

  delivery: {
    saved: 'Saved on this computer, waiting for the relay',
    relay: 'At the relay, nobody has received it yet',
    relayAlone: 'At the relay. Nobody else was in the room.',
    received: (n: number, of: number) => `Received by ${n} of ${of}`,
    receivedAll: (of: number) => (of === 1 ? 'Received' : `Received by all ${of}`),
    title: 'Message',
    sent: (when: string) => `Sent ${when}`,
    receivedBy: 'Received',
    notYet: 'Not yet',
    gone: (n: number) => count(n, 'person who has left', 'people who have left'),
  },

  typing: (names: readonly string[]) =>
    names.length > 3
      ? 'Several people are typing…'
      : `${people(names)} ${names.length === 1 ? 'is' : 'are'} typing…`,

  composer: {
    label: (room: string) => `Message ${room}`,
    placeholder: 'Write a message',
    send: 'Send',
    hint: 'Enter sends, Shift+Enter starts a new line. Markdown works.',
    tooLong: (over: number) => `${count(over, 'byte', 'bytes')} too long for one message`,
    failed: 'The message was not sent; it is in the box again.',
    unsure:
      'The chat program on this computer did not confirm the message. It is in the box again: send it once more, it will not appear twice.',
    waiting: 'Waiting for the chat program on this computer…',
  },

  members: {
    title: 'Members',
    count: (n: number) => count(n, 'member', 'members'),
    you: 'you',
    online: 'online',
    offline: 'offline',
    onlineHeading: (n: number) => `Online (${n})`,
    offlineHeading: (n: number) => `Offline (${n})`,
    everybodyHeading: (n: number) => `Members (${n})`,
    unknown: 'Who is online is unknown while the relay is out of reach.',
    key: (key: string) => `Key ${key}`,
    invite: 'Invite people',
    close: 'Close members',
  },

  banner: {
    offline: 'The relay is out of reach. Trying again by itself.',
    connecting: 'Connecting to the relay…',
    queued: (n: number) =>
      `${count(n, 'message is', 'messages are')} stored here and will be sent as soon as it answers.`,
    nothingQueued: 'You can keep writing: messages are stored here and sent as soon as it answers.',
    proxyGone:
      'The chat program on this computer is not answering. This page reconnects by itself; if you stopped the program, start it again with: otr up',
  },

  dialog: {
    close: 'Close',
    cancel: 'Cancel',
    roomName: 'Name of the room',
    roomNameHint: 'Only the people in the room see it.',
    createTitle: 'New room',
    create: 'Create room',
    renameTitle: 'Rename room',
    rename: 'Rename',
    renameHint: 'Everybody in the room sees the new name.',
    joinTitle: 'Join a room',
    joinLabel: 'Invite link',
    joinHint: 'Paste the link that you were sent. It begins with otr:',
    join: 'Join room',
    leaveTitle: (room: string) => `Leave “${isolated(room)}”?`,
    leaveText:
      'Its messages are deleted from this computer and others see that you left. You need a new invite to come back.',
    leave: 'Leave room',
    inviteTitle: (room: string) => `Invite to “${isolated(room)}”`,
    inviteText: 'Whoever has this link can read and write in the room. Send it only to people you want here.',
    inviteLink: 'Invite link',
    inviteQr: 'QR code of the invite link',
    copy: 'Copy link',
    copied: 'Copied',
    inviteWorking: 'Making the link…',
    working: 'One moment…',
  },

  settings: {
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
    relay: 'Relay',
    relayStates: { online: 'Connected', connecting: 'Connecting', offline: 'Out of reach' },
    ephemeral: 'Nothing is kept: this chat and its history are gone when the program stops.',
    version: (version: string) => `Version ${version}`,
  },

  notification: {
    title: (name: string, room: string) => `${isolated(name)} in ${isolated(room)}`,
    body: 'New message',
    several: (n: number) => count(n, 'new message', 'new messages'),
  },

  shortcuts: {
    title: 'Keyboard',
    open: 'Keyboard shortcuts',
    rows: [
      [['Ctrl', 'K'], 'Find a room'],
      [['Alt', '↑'], 'Previous room'],
      [['Alt', '↓'], 'Next room'],
      [['Enter'], 'Send the message'],
      [['Shift', 'Enter'], 'New line'],
      [['↑'], 'From the empty message box to the messages; then ↑ and ↓ between them'],
      [['Enter'], 'Actions of the selected message'],
      [['End'], 'Latest message'],
      [['Esc'], 'Close, or back to the message box'],
      [['?'], 'This list'],
    ] as ReadonlyArray<readonly [readonly string[], string]>,
  },

  switcher: {
    title: 'Find a room',
    placeholder: 'Room name',
    none: 'No room has that name.',
  },

  notices: {
    created: (v: Values) => (v['own'] === 0 ? `${who(v)} created the room` : 'You created the room'),
    youJoined: () => 'You joined. Messages from before are not readable for you.',
    joined: (v: Values) => `${who(v)} joined`,
    left: (v: Values) => `${who(v)} left`,
    keyRemoved: (v: Values) => `${who(v)} was not heard of for a while and was removed from the room`,
    renamed: (v: Values) => `${who(v, 'from')} is now called ${who(v, 'to')}`,
    roomRenamed: (v: Values) => `${who(v)} named the room “${who(v, 'to')}”`,
    notSealedForYou: (v: Values) =>
      `${count(howMany(v), 'message was', 'messages were')} sent while you were not in the room; you cannot read ${howMany(v) === 1 ? 'it' : 'them'}`,
    expired: (v: Values) =>
      `${count(howMany(v), 'message', 'messages')} expired at the relay before this computer fetched ${howMany(v) === 1 ? 'it' : 'them'}`,
    newerVersion: (v: Values) => `${who(v)} sent something that needs a newer version of this chat`,
  } satisfies Record<NoticeRow['event'], (values: Values) => string>,

  problems: {
    refusedTitle: (name: string | null) =>
      name === null
        ? 'A message was refused'
        : `A message was refused. It claims to be from ${isolated(name)}`,
    keyRefusedTitle: 'A stranger was kept out',
    alarmTitle: 'The relay is not telling the whole truth',
    technical: (code: ProblemCode) => `Reason: ${code}`,
    reasons: {
      unknownSender: 'It is not from anybody in this room.',
      badCiphertext: 'It was damaged or changed on its way, so it cannot be opened.',
      badBody: 'It was changed on its way: it is not what its sender wrote.',
      badPayload: 'It could be opened, but this chat does not understand what is in it.',
      wrongId: 'The relay passed it off as another message.',
      replayed: 'The relay delivered an old message a second time.',
      outOfOrder: 'The relay delivered it in another order than it was written in.',
      badRegistration: 'Somebody without the invite tried to get into this room.',
      keyReused: 'Somebody tried to come back with an identity that had been removed from this room.',
      messageMissing: 'Its sender wrote more than the relay delivered: a message is missing.',
      entryWithheld: 'The relay announced a message and does not hand it over.',
      logRolledBack: 'The relay took back or changed what it had already delivered.',
      logForked: 'The relay shows you and another member two different conversations.',
      rosterMismatch: 'Another member sees other people in this room than you do.',
      unknownEntry: 'It is of a kind that does not belong in this room, so nothing of it was opened.',
    } satisfies Record<ProblemCode, string>,
    refusedAdvice: (problem: ProblemCode) =>
      todo[problem] ?? 'You need not do anything. If it mattered, ask for it again.',
    detail: (row: AlarmRow) => {
      const from = row.name === null ? '' : ` Noticed at a message of ${isolated(row.name)}.`;
      const missing = row.problem === 'messageMissing' ? ` Missing: ${howMany(row.data)}.` : '';
      return `${missing}${from}`;
    },
    advice:
      'What you do see here is genuine. Ask the others, over another channel, what you are missing. If it happens again, move to another relay.',
  },

  errors: {
    unexpected: 'Something went wrong on this page. Your messages are safe; reload to continue.',
    reload: 'Reload',
  },
} as const;
