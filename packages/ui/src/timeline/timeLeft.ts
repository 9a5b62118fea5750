/** From the longest; each with its sign. */
const units = [
  { milliseconds: 86_400_000, sign: 'd' },
  { milliseconds: 3_600_000, sign: 'h' },
  { milliseconds: 60_000, sign: 'm' },
  { milliseconds: 1_000, sign: 's' },
] as const;

/**
 * What is left, rounded up in one unit (`3d`, `5h`, `12m`, `45s`), and the milliseconds after which that text is
 * another one: a message that stays for a week is looked at seven times, not every second.
 */
export function timeLeft(left: number): { text: string; changesIn: number } {
  const unit = units.find(({ milliseconds }) => left > milliseconds) ?? units[3];
  const whole = Math.max(0, Math.ceil(left / unit.milliseconds));
  const changesIn = left <= 0 ? Number.POSITIVE_INFINITY : left - (whole - 1) * unit.milliseconds;
  return { text: `${whole}${unit.sign}`, changesIn };
}
