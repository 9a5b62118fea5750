import type { AlarmRow, ProblemCode } from '@otr/protocol';
import { howMany } from './notices.ts';
import { isolated } from './words.ts';

/** What to do about an entry that was refused, where it is something of its own. */
const todo: Partial<Record<ProblemCode, string>> = {
  badPayload: 'Its sender may use a newer version of this chat: update yours, and ask for it again.',
  replayed: 'It is shown once, at its first place. You need not do anything.',
  unknownEntry: 'It is not shown. You need not do anything.',
  badWhisper: 'Nothing of it is shown. If it was meant for you, ask its sender for it again.',
  badCommit: 'It changed nothing: the same people are in the room as before. You need not do anything.',
};

/** What to do about an alarm, where it is something of its own. */
const alarmTodo: Partial<Record<ProblemCode, string>> = {
  ownStateOld: 'Ask to be let in again, below. What you have read and written here stays.',
  identityRefused:
    'Do not take them for who they say they are. Ask that person, over another channel, whether it is them; if not, remove them.',
  logForked:
    'Compare what you see with the others, over another channel: somebody may be reading another conversation than you. Then move to another relay.',
};

/** A message that was refused, or a relay that was caught: in words for who knows no cryptography. */
export const problems = {
  refusedTitle: (name: string | null) =>
    name === null ? 'A message was refused' : `A message was refused. It claims to be from ${isolated(name)}`,
  commitRefusedTitle: 'A change of the room was refused',
  alarmTitle: 'The relay is not telling the whole truth',
  identityTitle: (name: string | null) =>
    name === null ? 'Somebody here is not who they say' : `${isolated(name)} is not who they say`,
  ownStateTitle: 'The keys on this computer are out of date',
  technical: (code: ProblemCode) => `Reason: ${code}`,
  reasons: {
    badCiphertext: 'It was damaged or changed on its way, so it cannot be opened.',
    badPayload: 'It could be opened, but this chat does not understand what is in it.',
    wrongId: 'The relay passed it off as another message.',
    replayed: 'The relay delivered an old message a second time.',
    outOfOrder: 'The relay delivered it in another order than it was written in.',
    messageMissing: 'Its sender wrote more than the relay delivered: a message is missing.',
    entryWithheld: 'The relay announced a message and does not hand it over.',
    logRolledBack: 'The relay took back or changed what it had already delivered.',
    logForked: 'The relay shows you and another member two different conversations.',
    unknownEntry: 'It is of a kind that does not belong in this room, so nothing of it was opened.',
    badCommit:
      'The relay delivered a change of who is in the room, or of its keys, that no member was entitled to make.',
    wrongAccessKey:
      'The relay changed the key that opens the room to members: it is not the one they agreed on.',
    ownStateOld:
      'They belong to an older state of the room, for instance because they came from a backup, so new messages cannot be opened here.',
    identityRefused:
      'They were to show who they are, and showed something false: perhaps somebody took over their place in the room.',
    badWhisper: 'It is a whisper that does not open: it was damaged or changed on its way.',
  } satisfies Record<ProblemCode, string>,
  refusedAdvice: (problem: ProblemCode) =>
    todo[problem] ?? 'You need not do anything. If it mattered, ask for it again.',
  detail: (row: AlarmRow) => {
    const from =
      row.name === null || row.problem === 'identityRefused'
        ? ''
        : ` Noticed at a message of ${isolated(row.name)}.`;
    const missing = row.problem === 'messageMissing' ? ` Missing: ${howMany(row.data)}.` : '';
    return `${missing}${from}`;
  },
  advice: (problem: ProblemCode) =>
    alarmTodo[problem] ??
    'What you do see here is genuine. Ask the others, over another channel, what you are missing. If it happens again, move to another relay.',
};
