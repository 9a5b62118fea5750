import type { Member, MessageRow } from '@otr/protocol';
import { SmilePlus } from 'lucide-react';
import { useView } from '../app/useStore.ts';
import { membersByKey } from '../members/membersByKey.ts';
import { strings } from '../strings.ts';
import { useCanWrite, useMessageActions } from './messageActions.ts';

const nobody: readonly Member[] = [];
/** Names that a title tells. */
const namesAtMost = 12;

/** Oneself last, as one says it. */
function namesOf(from: readonly string[], members: readonly Member[]): string {
  const known = membersByKey(members);
  const names = from.flatMap((key) => {
    const member = known.get(key);
    return member?.self ? [] : [member?.name ?? strings.message.gone];
  });
  if (names.length < from.length) names.push(strings.message.youToo);
  return strings.message.reactedBy(names.slice(0, namesAtMost), Math.max(0, names.length - namesAtMost));
}

/** The emoji under a message, each with how many gave it; pressing one gives it too, or takes it back. */
export function Reactions({ row, me }: { row: MessageRow; me: string | undefined }) {
  const members = useView((view) => view.members.get(row.room)) ?? nobody;
  const { react, pick } = useMessageActions();
  const canWrite = useCanWrite();
  const reactions = row.reactions?.filter(({ from }) => from.length > 0) ?? [];
  if (reactions.length === 0) return null;
  return (
    <fieldset className="reactions" aria-label={strings.message.reactions}>
      {reactions.map(({ emoji, from }) => {
        const by = namesOf(from, members);
        return (
          <button
            key={emoji}
            type="button"
            className="reaction"
            aria-pressed={me !== undefined && from.includes(me)}
            title={by}
            disabled={!canWrite}
            tabIndex={-1}
            onClick={() => react(row, emoji)}
          >
            <span className="reactionEmoji">{emoji}</span>
            <span>{from.length}</span>
            <span className="visuallyHidden">{strings.message.reactionBy(by)}</span>
          </button>
        );
      })}
      {canWrite && (
        <button
          type="button"
          className="reaction reactionMore"
          aria-label={strings.message.react}
          title={strings.message.react}
          tabIndex={-1}
          onClick={() => pick(row)}
        >
          <SmilePlus size={15} aria-hidden="true" />
        </button>
      )}
    </fieldset>
  );
}
