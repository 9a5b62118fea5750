import { remarkWords } from '@otr/client/node';
import { type ProblemCode, problemCodes } from '@otr/protocol';
import type { TranscriptProblem } from '@otr/proxy';

/** Why a transcript is refused, as half a sentence. */
export function transcriptProblem(problem: TranscriptProblem): string {
  return isOfTheTimeline(problem) ? timelineWords(problem) : words[problem];
}

function isOfTheTimeline(problem: TranscriptProblem): problem is ProblemCode {
  return problemCodes.some((code) => code === problem);
}

/** As the room would have told it. */
function timelineWords(problem: ProblemCode): string {
  const place = { room: '', id: '', order: 0, seq: null, at: 0 };
  return remarkWords({ kind: 'refused', ...place, problem, name: null }).replace(/^refused: /, '');
}

const words: Readonly<Record<Exclude<TranscriptProblem, ProblemCode>, string>> = {
  noState: 'its keys are those of no room',
  notItsKeys: 'its keys are not those of the member whose transcript it says it is',
  noEntry: 'no relay gives such an entry',
  notNext: 'entries are missing before it, or it was there already',
  afterTheEnd: 'the member was no longer in the room',
  notItsCommit: 'its keys are not those of the commit that it says it made',
  notOpened: 'the member’s own message does not open',
  notFollowed: 'no proxy goes on after it',
  notShown: 'its sender had not shown who it is',
  otherText: 'it says something else than was said',
};
