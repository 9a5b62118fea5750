import { details, invites, knocks, members } from './strings/details.ts';
import { composer, delivery, message, search, timeline, typing } from './strings/messages.ts';
import { notices } from './strings/notices.ts';
import { problems } from './strings/problems.ts';
import { settings, vault } from './strings/settings.ts';
import { asks, trust, verify } from './strings/trust.ts';
import { offTheRecord, rewrite, whispers } from './strings/whispers.ts';
import { count, duration, isolated } from './strings/words.ts';

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
    notLetIn: 'You were not let in',
    removed: 'You were removed',
    lost: 'Needs you: keys out of date',
    knocks: (n: number) => `${count(n, 'person asks', 'people ask')} to come in`,
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
    /** After how many are here. */
    disappear: (milliseconds: number) => ` · messages stay for ${duration(milliseconds)}`,
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
    joiningText: 'Messages appear here as soon as somebody in the room has let you in.',
    start: 'This is the beginning of the room on this computer.',
    joining:
      'Waiting for someone in the room to come online and let you in: only a member’s computer can. This goes on by itself; you may close this page.',
    removed: 'You were removed from this room; history up to then stays here.',
    removedLeave: 'Delete it from this computer…',
    lost: 'The keys on this computer are older than the room, so new messages cannot be opened here. Somebody in the room can let you in again; your history stays.',
    lostDo: 'Ask to be let in again',
    creating:
      'The room is stored here. It is made at the relay as soon as it can be reached; you can write already.',
    stopped: (reason: string) => `This room is stopped. ${reason}`,
    stoppedUnknown: 'The relay gave no reason.',
    stoppedAdvice:
      'It is tried again by itself; until then, what you write waits here. If it stays so, leave the room and ask for a new invite.',
    notLetIn: 'With another link you can try again; otherwise leave this room.',
  },

  timeline,
  message,
  delivery,
  typing,
  composer,
  search,
  members,
  knocks,
  invites,
  details,
  trust,
  verify,
  asks,
  whispers,
  offTheRecord,
  rewrite,
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
    leaveRemovedText: 'Its messages are deleted from this computer.',
    leave: 'Leave room',
    publishKey: 'Publish the key that signed my messages here',
    publishKeyHint:
      'Then anyone in the room could have made them, so their signatures prove nothing against you.',
    inviteTitle: (room: string) => `Invite to “${isolated(room)}”`,
    inviteText: 'Whoever has this link can read and write in the room. Send it only to people you want here.',
    invitePersonal:
      'Whoever uses this link first comes in, then it works no more. Give it to one person only: you and the person will be verified to each other.',
    inviteLink: 'Invite link',
    inviteQr: 'QR code of the invite link',
    copy: 'Copy link',
    copied: 'Copied',
    inviteWorking: 'Making the link…',
    working: 'One moment…',
  },

  settings,
  vault,

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
      [['Ctrl', '⇧', 'F'], 'Search messages'],
      [['Alt', '↑'], 'Previous room'],
      [['Alt', '↓'], 'Next room'],
      [['Enter'], 'Send the message'],
      [['Shift', 'Enter'], 'New line'],
      [['↑'], 'In the empty message box: edit your last message'],
      [['PageUp'], 'From the message box to the messages; then ↑ and ↓ between them'],
      [['Enter'], 'Actions of the selected message'],
      [['R'], 'Reply to the selected message'],
      [['E'], 'Edit it, when it is your own'],
      [['+'], 'React to it'],
      [['End'], 'Latest message'],
      [['Esc'], 'Close, or back to the message box'],
      [['/w', 'name'], 'At the start of a message: whisper to that person'],
      [['?'], 'This list'],
    ] as ReadonlyArray<readonly [readonly string[], string]>,
  },

  switcher: {
    title: 'Find a room',
    placeholder: 'Room name',
    none: 'No room has that name.',
  },

  notices,
  problems,

  errors: {
    unexpected: 'Something went wrong on this page. Your messages are safe; reload to continue.',
    reload: 'Reload',
  },
} as const;
