import type { RoomSummary, Trust, VerifiedBy } from '@otr/protocol';
import { count, isolated } from './words.ts';

/** `Bob’s` reads badly after a name in another script; "of Bob" never does. */
const person = isolated;

/** What is known of who somebody is, in as few words as stand beside a name. */
const words: Readonly<Record<Trust, string>> = {
  self: 'You',
  verified: 'Verified',
  unverified: 'Not verified',
  waiting: 'Has not shown who they are yet',
  unproven: 'Speaks without having shown who they are',
  refused: 'Is not who they say',
  changed: 'Is not who you verified',
};

/** The same, where there is place for a sentence that explains it. */
const sentences: Readonly<Record<Trust, (name: string) => string>> = {
  self: () => 'This is you.',
  verified: (name) => `You made sure that this is ${person(name)}.`,
  unverified: (name) => `They have shown who they are, but nobody made sure yet that it is ${person(name)}.`,
  waiting: (name) =>
    `${person(name)} has not shown who they are yet. Their computer does it by itself as soon as it is online.`,
  unproven: (name) => `They speak as ${person(name)} without having shown that they are.`,
  refused: (name) => `They tried to pass for somebody they are not. Do not take them for ${person(name)}.`,
  changed: () =>
    'They have the name of somebody you verified, but other keys. This may be the same person at a new computer, or somebody else.',
};

/** What stands beside the name of a message's sender. */
const marks = {
  unproven: 'has not shown who they are',
  refused: 'not who they say',
  changed: 'not who you verified',
} as const;

type TrustCount = RoomSummary['trust'];

const isNot = (n: number) => count(n, 'person is', 'people are');

/** Of a room, in one line; `refused` of the unknown showed something false. Empty where nobody else is in it. */
function headline({ verified, unverified, unknown, changed }: TrustCount, refused = 0): string {
  const others = verified + unverified + unknown + changed;
  if (others === 0) return '';
  if (changed > 0) return `${isNot(changed)} not who you verified`;
  if (refused > 0) return `${isNot(refused)} not who they say`;
  const shown = unknown > 0 ? `, ${count(unknown, 'has', 'have')} not shown who they are` : '';
  if (verified === others) return 'Everyone here is verified';
  if (verified === 0) return `Nobody here is verified yet${shown}`;
  return `${verified} of ${others} verified${shown}`;
}

/** The same where there is little place. */
function shortHeadline({ verified, unverified, unknown, changed }: TrustCount, refused = 0): string {
  const others = verified + unverified + unknown + changed;
  if (changed > 0) return `${count(changed, 'has', 'have')} changed`;
  if (refused > 0) return `${count(refused, 'is', 'are')} not genuine`;
  if (verified === others) return 'All verified';
  return verified === 0 ? 'Nobody verified' : `${verified} of ${others} verified`;
}

const how: Readonly<Record<VerifiedBy, string>> = {
  number: 'You compared the safety number',
  words: 'Three words were read aloud and were the same',
  invite: 'An invite made for one person brought you together',
};

export const trust = {
  word: (kind: Trust) => words[kind],
  sentence: (kind: Trust, name: string) => sentences[kind](name),
  marks,
  headline,
  shortHeadline,
  headlineDo: 'Who is verified here?',
  verifyName: (name: string) => `Verify ${person(name)}`,
  aboutName: (name: string) => `About ${person(name)}`,
  verifyItem: 'Verify…',
  aboutItem: 'How they were verified…',
  roomChanged: 'Somebody here is not who you verified',

  atMessage: 'When this message came',
  now: 'Now',
  verifyDo: 'Verify…',
};

export const verify = {
  title: (name: string) => `Verify ${person(name)}`,
  explain: (name: string) =>
    `Somebody between you could pass for ${person(name)} and read along without either of you noticing. Make sure once that nobody does; from then on it holds in every room.`,
  ways: 'Ways to verify',
  tabs: { compare: 'Compare', scan: 'Scan', words: 'Say three words' },
  loading: 'Working out the safety number…',

  compareHow: (name: string) =>
    `Look at this together with ${person(name)}, or read it to each other in a call where you know the voice. Digits or pictures: one of them is enough.`,
  number: 'Safety number',
  numberLabel: (digits: string) => `Safety number: ${digits}`,
  emoji: 'The same as pictures',
  same: 'They are the same',
  different: 'They are different',
  differentTitle: 'Then do not trust this connection',
  differentText: (name: string) =>
    `Somebody may be between you and ${person(name)}, or this is not ${person(name)} at all. Nobody was verified.`,
  differentTodo: (name: string) => [
    `Check that each of you opened the other: you the number with ${person(name)}, ${person(name)} the one with you.`,
    `If they still differ, say nothing here that ${person(name)} alone should know.`,
    'Make a new room, and give its invite to each other in person.',
  ],
  lookAgain: 'Look again',
  remove: (name: string) => `Remove ${person(name)}…`,

  scanHow: (name: string) =>
    `When you are in the same place: scan the code on the screen of ${person(name)}, or let ${person(name)} scan yours.`,
  code: 'Your code, to be scanned',
  codeLabel: 'QR code of the safety number',
  camera: 'Scan with the camera',
  cameraStop: 'Stop the camera',
  cameraView: 'What the camera sees',
  cameraSearching: 'Hold the code into the picture…',
  cameraStarting: 'Starting the camera…',
  cameraDenied:
    'The camera may not be used, or there is none. Take a picture of the code and choose it, or paste its text.',
  image: 'From a picture…',
  imageNone: 'There is no code to be found in that picture. Try one that shows it straight and whole.',
  paste: 'Or paste the text of their code',
  pasteDo: 'Check',
  copy: 'Copy the text of your code',
  copied: 'The text of your code is copied',
  notCode: 'That is no code of a safety number.',
  notTheSame: (name: string) => `That code is not the one that belongs to you and ${person(name)}.`,

  wordsHow: (name: string) =>
    `In a call where you know the voice: one of you reads three words aloud, ${person(name)} or you, and the other enters them. Whoever listens in cannot use them.`,
  wordsStart: 'Show me three words to read aloud',
  wordsOr: (name: string) => `Or let ${person(name)} begin: then you are asked here for the words you hear.`,
  wordsRead: (name: string) => `Read these to ${person(name)}:`,
  wordsWaiting: (name: string) => `Waiting until ${person(name)} has entered them…`,
  wordsAsked: (name: string) => `${person(name)} is reading three words to you.`,
  wordsLabel: 'The three words that you hear',
  wordsHint: 'Only words that you hear yourself; never any that somebody wrote to you.',
  wordsEnter: 'Compare',
  wordsComparing: 'Comparing…',
  wordsThree: 'It takes exactly three words.',
  wordsStop: 'Stop',
  wordsWrongTitle: 'The words were not the same',
  wordsWrong: 'Somebody may be between you. Nobody was verified.',
  wordsWrongTodo:
    'If you only misheard or mistyped, try again with new words. If it happens again, take it seriously.',
  wordsStoppedTitle: 'It was stopped',
  wordsStopped: 'Nobody was verified. You can begin again at any time.',
  wordsAgain: 'Try again',

  done: (name: string) => `${person(name)} is verified`,
  verifiedTitle: (name: string) => `${person(name)} is verified`,
  verifiedHow: (by: VerifiedBy, day: string) => `${how[by]} on ${day}.`,
  verifiedHolds: (name: string) =>
    `It holds in every room. If somebody else ever comes as ${person(name)}, you are asked before anything more is sent there.`,
  takeBack: 'Take back',
  takeBackSure: 'Really take it back?',
  takenBack: (name: string) => `${person(name)} is not verified any more`,
  gone: 'This person is not in the room any more.',
};

export const asks = {
  words: (name: string) => `${person(name)} is reading three words to you`,
  wordsElsewhere: (name: string, room: string) =>
    `${person(name)} is reading three words to you in “${isolated(room)}”`,
  wordsHint: 'Enter what you hear, and both of you know that nobody is between you.',
  wordsDo: 'Enter the words',
  wordsNot: 'Not now',
  invited: (name: string) =>
    `${person(name)} came by the invite that you made for one person. Did you give it to ${person(name)}?`,
  invitedHint: 'With a yes you are verified to each other.',
  invitedYes: 'Yes',
  invitedNo: 'No',
  invitedYesLabel: (name: string) => `Yes, I gave it to ${person(name)}`,
  invitedNoLabel: (name: string) => `No, I did not give it to ${person(name)}`,
  invitedNoted: 'Then nobody was verified. Whoever this is took an invite that was meant for somebody else.',

  changed: (name: string) => `${person(name)} is not who you verified.`,
  changedWhy:
    'The name looks the same, but the keys are others: perhaps a new computer, perhaps somebody else.',
  changedWaits: 'What you write in this room waits here until you decide.',
  changedMore: (n: number) => `The same with ${count(n, 'other person', 'other people')} here.`,
  verify: 'Verify…',
  accept: 'Go on without verification',
  acceptDone: (name: string) => `You go on with ${person(name)}, not verified`,
  remove: 'Remove…',
  held: 'Waits here until you decide who is who',
  heldPlaceholder: 'Waits here until you decide',
};
