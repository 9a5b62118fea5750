import { toBase64url } from './base64url.ts';

/** Messages whose sending may be remembered at a time. */
const rememberedAtMost = 50;

/**
 * The ids of messages. One that the proxy did not confirm may have been stored all the same: whoever says the same
 * (`what`) in the same room again gets the same id, so that it stays one message.
 */
export function messageIds() {
  const unconfirmed = new Map<string, string>();
  const keyOf = (room: string, what: readonly unknown[]) => JSON.stringify([room, ...what]);
  return {
    take(room: string, ...what: readonly unknown[]): string {
      const key = keyOf(room, what);
      const id = unconfirmed.get(key) ?? newMessageId();
      unconfirmed.delete(key);
      return id;
    },
    notConfirmed(id: string, room: string, ...what: readonly unknown[]): void {
      unconfirmed.set(keyOf(room, what), id);
      const [oldest] = unconfirmed.keys();
      if (unconfirmed.size > rememberedAtMost && oldest !== undefined) unconfirmed.delete(oldest);
    },
    /** The profile was locked: nothing that was said stays here. */
    forget: (): void => unconfirmed.clear(),
  };
}

/** 128 random bits. */
export function newMessageId(): string {
  return toBase64url(crypto.getRandomValues(new Uint8Array(16)));
}
