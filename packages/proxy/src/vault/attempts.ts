const longestPauseMs = 60_000;

/**
 * Wrong passphrases cost a pause that doubles: 1 s, 2 s, 4 s, … up to a minute. In memory: who can read the vault's
 * file guesses elsewhere, at the price of Argon2id.
 */
export function limitAttempts(now: () => number = Date.now) {
  let wrong = 0;
  let freeAt = 0;
  return {
    /** Milliseconds to wait before the next try; 0: none. A clock that was put back ends the pause. */
    pause(): number {
      const left = freeAt - now();
      return left > 0 && left <= longestPauseMs ? left : 0;
    },
    failed(): void {
      freeAt = now() + Math.min(1_000 * 2 ** wrong, longestPauseMs);
      wrong = Math.min(wrong + 1, 16);
    },
    succeeded(): void {
      wrong = 0;
      freeAt = 0;
    },
  };
}
