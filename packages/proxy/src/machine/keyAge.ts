/** How old our own keys in a room are. */
export interface KeyAge {
  /** Milliseconds since 1970; null before the first renewal after joining. */
  readonly renewedAt: number | null;
  /** Messages that we sent since. */
  readonly sent: number;
}

/** Our own keys in a room are renewed after so many milliseconds, or messages (C3). */
export const renewAfter = 24 * 3_600_000;
export const renewAfterMessages = 100;
/** After a pause without a connection they are renewed sooner. */
export const renewOnWakingAfter = 3_600_000;

/** After joining, after waking, when they are old, or when they have sent much. */
export function isRenewalDue({ renewedAt, sent }: KeyAge, now: number, hasJustWoken: boolean): boolean {
  const after = hasJustWoken ? renewOnWakingAfter : renewAfter;
  return renewedAt === null || now - renewedAt >= after || sent >= renewAfterMessages;
}
