import type { Result, RoomDetails, Vault } from '@otr/protocol';
import { type Actions, actions } from './actions.ts';
import { drafts } from './drafts.ts';
import { listeners } from './listeners.ts';
import type { LocalClient } from './localClient.ts';
import { messageIds, newMessageId } from './messageIds.ts';
import { reduce, type ViewInput } from './reduce.ts';
import { timelineLoader } from './timelineLoader.ts';
import { nextFade } from './typing.ts';
import { emptyView, type View } from './view.ts';
import { type WhisperDraft, whisperDrafts } from './whisperDrafts.ts';

export interface StoreOptions {
  /** Rows asked for at a time; default 200. */
  pageSize?: number;
  /** Milliseconds since 1970; default `Date.now`. */
  now?: () => number;
}

/** How something is said. */
export interface Said {
  /** The id of the message that it answers. */
  readonly replyTo?: string;
  /** A whisper: the keys of the members it is for. */
  readonly whisperTo?: readonly string[];
}

/**
 * The view of one client, kept up to date. `subscribe` and `getSnapshot` are what React's `useSyncExternalStore`
 * takes. Actions answer with the proxy's `Result`; what they change arrives through the view.
 */
export interface Store extends Actions {
  readonly client: LocalClient;
  getSnapshot(): View;
  subscribe(listener: () => void): () => void;

  /** Shows a room (its newest rows are loaded when they are not) or none, and places its new-message divider. */
  openRoom(room: string | null): Promise<void>;
  loadOlder(room: string): Promise<void>;
  loadNewer(room: string): Promise<void>;
  /** Loads the newest rows in place of the window, unless it reaches the end. */
  jumpToLatest(room: string): Promise<void>;
  /** Makes the window hold this row. Refused with `messageNotFound` when the room has none such. */
  jumpTo(room: string, id: string): Promise<Result<object>>;
  /** Puts the new-message divider after what has been read: when the person comes back to the page. */
  placeDivider(room: string): void;

  /**
   * Answers when the message is stored by the proxy; its row comes as an event. Refused: the same may be said again in
   * the same way and stays one message, whether or not the proxy had stored it.
   */
  sendMessage(room: string, text: string, how?: Said): Promise<Result<{ id: string }>>;
  /** Of one's own messages; `target` is the message's id. */
  editMessage(room: string, target: string, text: string): Promise<Result<object>>;
  deleteMessage(room: string, target: string): Promise<Result<object>>;
  react(room: string, target: string, emoji: string, on: boolean): Promise<Result<object>>;
  /** What the window shows at its end has been seen. Does nothing while the window does not reach the end. */
  markRead(room: string): Promise<void>;
  /** Kept by the proxy after a short pause in typing, and kept here until the proxy has it. */
  setDraft(room: string, text: string): void;
  /** What was typed in the room and not sent. */
  draftOf(room: string): string;
  /**
   * A whisper that was not sent stays in this client's memory with those it is for, and is no draft of the room: it must
   * not come back as something for everybody. Null: it was sent, or is none any more.
   */
  setWhisperDraft(room: string, draft: WhisperDraft | null): void;
  whisperDraftOf(room: string): WhisperDraft | null;
  /** Tells the others, at most every three seconds. */
  setTyping(room: string): void;

  /** Asks for a room's details, which the view has from then on. */
  getDetails(room: string): Promise<Result<RoomDetails>>;
  /** Asks what guards the profile; the view has it. The store does so itself with every snapshot. */
  getVault(): Promise<Result<Vault>>;

  /** Three words to read out. What a former exchange came to is forgotten; `words` of the view tells how this one goes. */
  startWords(room: string, member: string): Promise<Result<{ words: string[] }>>;
  /** The words that this member read out. */
  enterWords(room: string, member: string, words: string): Promise<Result<object>>;
  /** The person has seen what the exchange came to. */
  forgetWords(room: string, member: string): void;

  /** Sends what is still waiting, stops listening and closes the client. */
  close(): void;
}

const typingEveryMs = 3_000;

export function createStore(client: LocalClient, options: StoreOptions = {}): Store {
  const now = options.now ?? Date.now;
  const changes = listeners<void>();
  let view: View = { ...emptyView, connection: client.connection };
  let fade: ReturnType<typeof setTimeout> | undefined;

  function dispatch(input: ViewInput): void {
    const before = view;
    view = reduce(view, input);
    if (view === before) return;
    if (view.typing !== before.typing) watchTyping();
    changes.tell();
  }

  function watchTyping(): void {
    clearTimeout(fade);
    const next = nextFade(view);
    if (next !== null)
      fade = setTimeout(() => dispatch({ kind: 'tick', at: now() }), Math.max(0, next - now()));
  }

  const timelines = timelineLoader(client, dispatch, () => view, options.pageSize ?? 200);
  const draft = drafts(async (room, text) => (await client.request('setDraft', { room, text })).ok);
  const ids = messageIds();
  const whispers = whisperDrafts();
  const typedAt = new Map<string, number>();
  /** What the proxy has been told, by room; its summary follows. */
  const readTo = new Map<string, number>();

  const stops = [
    client.onConnection((connection) => dispatch({ kind: 'connection', connection })),
    client.onEvent((event) => {
      dispatch({ kind: 'event', event, at: now() });
      if (event.event === 'vault' && event.data.state === 'locked') forgetTexts();
      if (event.event !== 'snapshot') return;
      draft.flush();
      void getVault();
      if (view.openRoom !== null) void loadOpenRoom(view.openRoom);
    }),
  ];
  if (client.connection === 'online') void catchUp();

  /** The client was connected before there was a store: its snapshot has gone by. */
  async function catchUp(): Promise<void> {
    const [status] = await Promise.all([client.request('getStatus', {}), getVault()]);
    if (status.ok && view.version === null) {
      dispatch({ kind: 'event', event: { event: 'snapshot', data: status.value }, at: now() });
    }
  }

  async function loadOpenRoom(room: string): Promise<void> {
    const details = view.details.has(room) ? getDetails(room) : undefined;
    await Promise.all([timelines.reload(room), loadMembers(room), details]);
  }

  async function getDetails(room: string): Promise<Result<RoomDetails>> {
    const answer = await client.request('getDetails', { room });
    if (answer.ok) dispatch({ kind: 'details', details: answer.value });
    return answer;
  }

  async function getVault(): Promise<Result<Vault>> {
    const answer = await client.request('getVault', {});
    if (answer.ok) dispatch({ kind: 'vault', vault: answer.value });
    return answer;
  }

  /** The profile was locked: what was typed or said does not stay in memory. */
  function forgetTexts(): void {
    draft.forget();
    ids.forget();
    whispers.forget();
  }

  async function loadMembers(room: string): Promise<void> {
    const answer = await client.request('getMembers', { room });
    if (answer.ok) dispatch({ kind: 'members', room, members: answer.value.members });
  }

  return {
    ...actions(client),
    client,
    getSnapshot: () => view,
    subscribe: changes.add,

    async openRoom(room) {
      draft.flush();
      dispatch({ kind: 'open', room });
      if (room === null) return;
      await Promise.all([timelines.loadFirst(room), loadMembers(room)]);
    },
    loadOlder: timelines.loadOlder,
    loadNewer: timelines.loadNewer,
    jumpToLatest: timelines.jumpToLatest,
    jumpTo: timelines.jumpTo,
    placeDivider: (room) => dispatch({ kind: 'placeDivider', room }),

    async sendMessage(room, text, { replyTo, whisperTo } = {}) {
      typedAt.delete(room); // Who types on after sending is typing anew.
      const what = [text, replyTo ?? null, whisperTo?.toSorted() ?? null];
      const id = ids.take(room, ...what);
      const answer = await client.request('sendMessage', {
        ...{ room, id, text },
        ...(replyTo !== undefined && { replyTo }),
        ...(whisperTo !== undefined && { whisperTo: [...whisperTo] }),
      });
      if (!answer.ok) ids.notConfirmed(id, room, ...what);
      else if (whisperTo === undefined) draft.sent(room, text);
      return answer;
    },
    // Saying these twice is saying them once: each gets an id of its own.
    editMessage: (room, target, text) =>
      client.request('editMessage', { room, id: newMessageId(), target, text }),
    deleteMessage: (room, target) => client.request('deleteMessage', { room, id: newMessageId(), target }),
    react: (room, target, emoji, on) =>
      client.request('react', { room, id: newMessageId(), target, emoji, on }),
    async markRead(room) {
      const order = timelines.lastSeenOrder(room);
      const summary = view.rooms.find((candidate) => candidate.room === room);
      if (order === null || summary === undefined) return;
      if (order <= Math.max(summary.readOrder, readTo.get(room) ?? 0)) return;
      readTo.set(room, order);
      const answer = await client.request('markRead', { room, order });
      if (!answer.ok) readTo.delete(room);
    },
    setDraft: draft.set,
    draftOf: (room) => draft.unkept(room) ?? view.rooms.find((known) => known.room === room)?.draft ?? '',
    setWhisperDraft: whispers.set,
    whisperDraftOf: whispers.of,
    setTyping(room) {
      if (now() - (typedAt.get(room) ?? 0) < typingEveryMs) return;
      typedAt.set(room, now());
      void client.request('setTyping', { room });
    },

    getDetails,
    getVault,

    startWords(room, member) {
      dispatch({ kind: 'wordsForgotten', room, member });
      return client.request('startWords', { room, member });
    },
    enterWords(room, member, words) {
      dispatch({ kind: 'wordsForgotten', room, member });
      return client.request('enterWords', { room, member, words });
    },
    forgetWords: (room, member) => dispatch({ kind: 'wordsForgotten', room, member }),

    close() {
      draft.flush();
      clearTimeout(fade);
      for (const stop of stops) stop();
      client.close();
    },
  };
}
