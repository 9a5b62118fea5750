import type { RoomSettings } from '@otr/protocol';
import type { Member, RoomView } from './view.ts';

/** What a commit changed, and who made it: nobody can hide it from the members. */
export interface Changes {
  /** Pseudonym of the committer. */
  readonly by: string;
  readonly added: readonly Member[];
  readonly removed: readonly Member[];
  readonly renamed: readonly { readonly before: Member; readonly after: Member }[];
  /** Null where they stayed as they were. */
  readonly settings: { readonly before: RoomSettings; readonly after: RoomSettings } | null;
}

export function changesBetween(before: RoomView, after: RoomView, by: string): Changes {
  const renamed = [...after.members.values()].flatMap((member) => {
    const was = before.members.get(member.id);
    return was && was.name !== member.name ? [{ before: was, after: member }] : [];
  });
  const isSame = JSON.stringify(before.settings) === JSON.stringify(after.settings);
  return {
    by,
    added: [...after.members.values()].filter(({ id }) => !before.members.has(id)),
    removed: [...before.members.values()].filter(({ id }) => !after.members.has(id)),
    renamed,
    settings: isSame ? null : { before: before.settings, after: after.settings },
  };
}
