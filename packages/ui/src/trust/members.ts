import type { Member } from '@otr/protocol';
import { useView } from '../app/useStore.ts';
import { membersByKey } from '../members/membersByKey.ts';

const nobody: readonly Member[] = [];

/** The members of a room as they are now; none before they are known. */
export function useMembers(room: string): readonly Member[] {
  return useView((view) => view.members.get(room)) ?? nobody;
}

/** A member as it is now; undefined once it is gone. */
export function useMember(room: string, key: string): Member | undefined {
  return membersByKey(useMembers(room)).get(key);
}
