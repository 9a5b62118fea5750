/** A whisper that is being written, and for whom. */
export interface WhisperDraft {
  /** Keys of members; at least one. */
  readonly to: readonly string[];
  readonly text: string;
}

/** What was whispered and not sent, by room. It never leaves this client's memory. */
export function whisperDrafts() {
  const drafts = new Map<string, WhisperDraft>();
  return {
    set(room: string, draft: WhisperDraft | null): void {
      if (draft === null || draft.to.length === 0) drafts.delete(room);
      else drafts.set(room, draft);
    },
    of: (room: string): WhisperDraft | null => drafts.get(room) ?? null,
    /** The profile was locked: nothing that was typed stays here. */
    forget: (): void => drafts.clear(),
  };
}
