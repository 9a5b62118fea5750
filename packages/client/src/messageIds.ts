import { toBase64url } from './base64url.ts';

/** Texts whose sending may be remembered at a time. */
const rememberedAtMost = 50;

/**
 * The ids of messages. One that the proxy did not confirm may have been stored all the same: whoever sends the same
 * text in the same room again gets the same id, so that it stays one message.
 */
export function messageIds() {
  const unconfirmed = new Map<string, string>();
  const keyOf = (room: string, text: string) => `${room} ${text}`;
  return {
    take(room: string, text: string): string {
      const key = keyOf(room, text);
      const id = unconfirmed.get(key) ?? newMessageId();
      unconfirmed.delete(key);
      return id;
    },
    notConfirmed(room: string, text: string, id: string): void {
      unconfirmed.set(keyOf(room, text), id);
      const [oldest] = unconfirmed.keys();
      if (unconfirmed.size > rememberedAtMost && oldest !== undefined) unconfirmed.delete(oldest);
    },
  };
}

/** 128 random bits. */
function newMessageId(): string {
  return toBase64url(crypto.getRandomValues(new Uint8Array(16)));
}
