import type {
  LocalEvent,
  LocalMessage,
  LocalRequest,
  LocalResponse,
  LocalUpEvent,
  Result,
} from '@otr/protocol';

/** Requests that the local surface answers itself; all others are the chat's. */
export type ChatEvent = Exclude<LocalUpEvent, 'getPageAddress'>;

/**
 * The chat behind the local surface: rooms, keys, history. The surface (`local/`) parses and guards; the chat
 * decides. Requests have been parsed by their schema before they come here.
 */
export interface Chat {
  /** The whole state but the timelines, as a client gets it on connecting. */
  snapshot(): LocalMessage<'snapshot'>;
  request<Event extends ChatEvent>(
    event: Event,
    request: LocalRequest<Event>,
  ): Promise<Result<LocalResponse<Event>>>;
  /** Every change from now on. Returns the way to stop. */
  subscribe(listener: (event: LocalEvent) => void): () => void;
  /** Stops the links to the relays and closes the store. */
  close(): Promise<void>;
}
