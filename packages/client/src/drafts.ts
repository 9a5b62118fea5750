const pauseMs = 400;

/** Keeps drafts with the proxy, one request for a burst of typing. */
export function drafts(keep: (room: string, text: string) => Promise<unknown>) {
  const waiting = new Map<string, { text: string; timer: ReturnType<typeof setTimeout> }>();

  function send(room: string): void {
    const draft = waiting.get(room);
    if (draft === undefined) return;
    clearTimeout(draft.timer);
    waiting.delete(room);
    void keep(room, draft.text);
  }

  return {
    set(room: string, text: string): void {
      clearTimeout(waiting.get(room)?.timer);
      waiting.set(room, { text, timer: setTimeout(() => send(room), pauseMs) });
    },
    /** The text was sent as a message. What has been typed since stays. */
    sent(room: string, text: string): void {
      const draft = waiting.get(room);
      if (draft !== undefined && draft.text !== text && draft.text !== '') return;
      clearTimeout(draft?.timer);
      waiting.delete(room);
      void keep(room, '');
    },
    flush(): void {
      for (const room of [...waiting.keys()]) send(room);
    },
  };
}
