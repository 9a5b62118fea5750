import type { AlarmRow, NoticeRow, ProblemCode } from '@otr/protocol';

const plural = new Intl.PluralRules('en');

/** `1 message`, `3 messages`. */
function count(n: number, one: string, other: string): string {
  return `${n.toLocaleString('en')} ${plural.select(n) === 'one' ? one : other}`;
}

/** Names in a row: `Ana`, `Ana and Ben`, `Ana, Ben and 3 others`. */
function people(names: readonly string[]): string {
  const [first = '', second = ''] = names;
  if (names.length <= 1) return first;
  if (names.length === 2) return `${first} and ${second}`;
  return `${first}, ${second} and ${count(names.length - 2, 'other', 'others')}`;
}

type Values = NoticeRow['data'];

/** The name in a row's data, or a word for nobody in particular. */
function who(values: Values, key = 'name'): string {
  const value = values[key];
  return value === undefined || value === '' ? 'Somebody' : String(value);
}

/** A number in a row's data; 1 when it tells none. */
function howMany(values: Values): number {
  const value = Number(values['count'] ?? values['missing'] ?? 1);
  return Number.isFinite(value) && value > 0 ? value : 1;
}

/** Every visible string of the page. */
export const strings = {
  appName: 'OTR Chatroom',
  loading: 'Opening the chat…',
  connecting: 'Connecting to the chat on this computer…',
  disconnected: 'The chat on this computer has stopped. It reconnects by itself when it runs again.',

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
    joining: 'Waiting for the relay to let you in.',
    creating:
      'The room is stored here. It is made at the relay as soon as it can be reached; you can write already.',
    stopped: (reason: string) => `The relay refuses this room: ${reason}`,
    stoppedUnknown: 'it gave no reason.',
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
    failed: 'The message was not sent.',
  },

  members: {
    title: 'Members',
    count: (n: number) => count(n, 'member', 'members'),
    you: 'you',
    online: 'online',
    offline: 'offline',
    onlineHeading: (n: number) => `Online (${n})`,
    offlineHeading: (n: number) => `Offline (${n})`,
    key: (key: string) => `Key ${key}`,
    invite: 'Invite people',
    close: 'Close members',
  },

  banner: {
    offline: 'The relay is out of reach.',
    connecting: 'Connecting to the relay…',
    queued: (n: number) => `${count(n, 'message is', 'messages are')} stored here and will be sent later.`,
    nothingQueued: 'You can keep writing: messages are stored here and sent later.',
    proxyGone: 'The chat program on this computer is not answering. Nothing is sent until it runs again.',
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
    leaveTitle: (room: string) => `Leave “${room}”?`,
    leaveText:
      'Its messages are deleted from this computer and others see that you left. You need a new invite to come back.',
    leave: 'Leave room',
    inviteTitle: (room: string) => `Invite to “${room}”`,
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
    title: (name: string, room: string) => `${name} in ${room}`,
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
      name === null ? 'Message refused' : `Message refused, claimed to be from ${name}`,
    keyRefusedTitle: 'A key was refused',
    alarmTitle: 'The relay misbehaved',
    technical: (code: ProblemCode) => `Reason: ${code}`,
    reasons: {
      unknownSender: 'It comes from a key that is not a member of this room.',
      badCiphertext: 'It could not be decrypted: it was damaged or changed on its way.',
      badBody: 'Its content does not match what the sender sealed: it was changed on its way.',
      badPayload: 'It was decrypted, but it is not a message that this chat understands.',
      wrongId: 'It was sealed for another place: the relay put it under a wrong id.',
      replayed: 'It was shown before: the relay delivered it again.',
      outOfOrder: 'It came in another order than it was written in.',
      badRegistration:
        'Somebody without the invite tried to add a key to this room. The key was not accepted.',
      keyReused: 'A key that had been removed came back. It was not accepted.',
      messageMissing: 'A message is missing: its sender wrote more than the relay delivered.',
      entryWithheld: 'The relay announced a message and does not hand it over.',
      logRolledBack: 'The relay went back to an older state of this room or changed what it had delivered.',
      logForked: 'The relay shows you and another member two different histories of this room.',
      rosterMismatch: 'Another member sees a different list of members than you do.',
      noSuchKey: 'It was sealed for a key of yours that no longer exists on this computer.',
    } satisfies Record<ProblemCode, string>,
    detail: (row: AlarmRow) => {
      const from = row.name === null ? '' : ` Noticed at a message of ${row.name}.`;
      const missing = row.problem === 'messageMissing' ? ` Missing: ${howMany(row.data)}.` : '';
      return `${missing}${from}`;
    },
    advice: 'What you do see here is genuine. If this goes on, use another relay.',
  },

  errors: {
    unexpected: 'Something went wrong on this page. Your messages are safe; reload to continue.',
    reload: 'Reload',
  },
} as const;
