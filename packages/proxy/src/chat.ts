import type {
  LocalEvent,
  LocalMessage,
  LocalRequest,
  LocalResponse,
  LocalUpEvent,
  Result,
} from '@otr/protocol';

/** Requests about the profile's vault: answered whether or not it is open. */
export type VaultEvent = 'getVault' | 'unlock' | 'lock' | 'protect';

/** Requests that need an open profile. The local surface answers `getPageAddress` itself. */
export type ChatEvent = Exclude<LocalUpEvent, VaultEvent | 'getPageAddress'>;

/**
 * An open profile: rooms, keys, history. The surface (`local/`) parses and guards; the chat decides. Requests have been parsed by their schema before they come here.
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

/** What the local surface serves: a profile, locked or open. */
export interface LocalService {
  /** What a connection is told first: `vault` while the profile is locked, otherwise `snapshot`. */
  greeting(): LocalEvent;
  request<Event extends ChatEvent | VaultEvent>(
    event: Event,
    request: LocalRequest<Event>,
  ): Promise<Result<LocalResponse<Event>>>;
  /** Every change from now on. Returns the way to stop. */
  subscribe(listener: (event: LocalEvent) => void): () => void;
}
