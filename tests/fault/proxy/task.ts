/** What a victim is to do in one run. Done again after a kill, it changes nothing that was done. */
export interface Task {
  profile: string;
  relay: string;
  /** A file: one line for each step. */
  steps: string;
  /** Of an invite; null for who makes the room. */
  link: string | null;
  /** It does not talk before so many are in the room. */
  members: number;
  says: { id: string; text: string }[];
  rename: string;
  killAt: Moment | null;
}

/** The n-th time that a step is reached in one run. */
export interface Moment {
  step: string;
  count: number;
}
