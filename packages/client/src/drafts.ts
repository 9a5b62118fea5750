const pauseMs = 400;

/** Keeps drafts with the proxy (`keep` answers whether it did), one request for a burst of typing. */
export function drafts(keep: (room: string, text: string) => Promise<boolean>) {
  const waiting = new Map<string, { text: string; timer: ReturnType<typeof setTimeout> | undefined }>();

  async function send(room: string): Promise<void> {
    const draft = waiting.get(room);
    if (draft === undefined) return;
    clearTimeout(draft.timer);
    const kept = await keep(room, draft.text);
    // What the proxy has not taken waits for the next `flush`.
    if (kept && waiting.get(room) === draft) waiting.delete(room);
  }

  return {
    set(room: string, text: string): void {
      clearTimeout(waiting.get(room)?.timer);
      waiting.set(room, { text, timer: setTimeout(() => void send(room), pauseMs) });
    },
    /** The text was sent as a message. What has been typed since stays. */
    sent(room: string, text: string): void {
      const draft = waiting.get(room);
      if (draft !== undefined && draft.text !== text && draft.text !== '') return;
      clearTimeout(draft?.timer);
      waiting.delete(room);
      void keep(room, '');
    },
    /** What the proxy does not have yet. */
    unkept: (room: string): string | undefined => waiting.get(room)?.text,
    /** The profile was locked: nothing that was typed stays here. */
    forget(): void {
      for (const { timer } of waiting.values()) clearTimeout(timer);
      waiting.clear();
    },
    flush(): void {
      for (const room of [...waiting.keys()]) void send(room);
    },
  };
}
