import { count, isolated, people } from './words.ts';

export const timeline = {
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
  /** After the above. */
  also: (words: string) => `, ${words}`,
  you: 'You',
  messageGone: 'That message is not in the history on this computer.',
  arrived: (name: string, text: string) => `${name}: ${text}`,
  arrivedMany: (n: number) => count(n, 'new message', 'new messages'),
};

export const message = {
  actions: (name: string, time: string) => `Actions for the message of ${name}, ${time}`,
  reply: 'Reply',
  react: 'React',
  reactMore: 'Another emoji…',
  edit: 'Edit',
  delete: 'Delete…',
  copyText: 'Copy text',
  copyLink: 'Copy link to message',
  quote: 'Quote',
  details: 'Who received it',
  about: 'Details',
  linkCopied: 'Link copied. It opens on this computer only.',
  textCopied: 'Text copied',
  copyFailed: 'Copying was not possible. Select the text and copy it yourself.',
  code: 'Code',
  codeIn: (language: string) => `Code, ${language}`,
  copyCode: 'Copy code',
  codeCopied: 'Code copied',
  table: 'Table',
  image: (alt: string) => (alt === '' ? 'Image' : `Image: ${alt}`),
  edited: 'edited',
  editedAt: (when: string) => `Edited ${when}`,
  deleted: 'Message deleted',
  deletedOwn: 'You deleted this message',
  answers: 'Answer to ',
  disappears: (when: string) => `Disappears ${when}`,
  deleteTitle: 'Delete this message?',
  deleteText:
    'It is deleted on every computer in the room. Who has read it already, or keeps copies, cannot be made to forget it.',
  deleteDo: 'Delete message',
  reactions: 'Reactions',
  /** Of a reaction: who gave it. */
  reactedBy: (names: readonly string[], more: number) =>
    `${names.map(isolated).join(', ')}${more > 0 ? ` and ${count(more, 'other', 'others')}` : ''}`,
  /** After the emoji and the count. */
  reactionBy: (by: string) => ` by ${by}`,
  gone: 'somebody who has left',
  youToo: 'you',
  pickTitle: 'React with an emoji',
  pickOther: 'Another emoji',
  pickUse: 'Use',
  pickBad: 'That is not one emoji.',
};

export const delivery = {
  saved: 'Saved on this computer, waiting for the relay',
  relay: 'At the relay, nobody has received it yet',
  relayAlone: 'At the relay. Nobody else was in the room.',
  received: (n: number, of: number) => `Received by ${n} of ${of}`,
  receivedAll: (of: number) => (of === 1 ? 'Received' : `Received by all ${of}`),
  /** After one of the above. */
  read: (n: number) => `, read by ${n}`,
  title: 'Message',
  from: (name: string) => `From ${isolated(name)}`,
  sent: (when: string) => `Sent ${when}`,
  readBy: 'Read',
  receivedBy: 'Received',
  notYet: 'Not yet',
  readHint: 'Only those who chose to tell it are shown as having read it.',
  gone: (n: number) => count(n, 'person who has left', 'people who have left'),
};

export const typing = (names: readonly string[]) =>
  names.length > 3
    ? 'Several people are typing…'
    : `${people(names)} ${names.length === 1 ? 'is' : 'are'} typing…`;

export const composer = {
  label: (room: string) => `Message ${room}`,
  placeholder: 'Write a message',
  send: 'Send',
  hint: 'Enter sends, Shift+Enter starts a new line. Markdown works.',
  tooLong: (over: number) => `${count(over, 'byte', 'bytes')} too long for one message`,
  failed: 'The message was not sent; it is in the box again.',
  unsure:
    'The chat program on this computer did not confirm the message. It is in the box again: send it once more, it will not appear twice.',
  waiting: 'Waiting for the chat program on this computer…',
  replyTo: (name: string) => `Reply to ${isolated(name)}`,
  replyToYourself: 'Reply to yourself',
  stopReply: 'Do not reply',
  editing: 'Edit message',
  stopEditing: 'Do not edit',
  save: 'Save the change',
  editFailed: 'The change was not made.',
};

export const search = {
  title: 'Search messages',
  open: 'Search',
  label: 'Words to look for',
  placeholder: 'Words, or their beginnings',
  scope: 'Search in',
  here: (room: string) => `Only “${isolated(room)}”`,
  everywhere: 'All rooms',
  none: 'No message has all of these words.',
  failed: (reason: string) => `The search did not work. ${reason}`,
  found: (n: number, all: boolean) =>
    all ? count(n, 'message found', 'messages found') : `The latest ${n} messages with these words`,
  hint: 'The search runs on this computer; nothing of it leaves it.',
};
