const plural = new Intl.PluralRules('en');

/** `1 message`, `3 messages`. */
export function count(n: number, one: string, other: string): string {
  return `${n.toLocaleString('en')} ${plural.select(n) === 'one' ? one : other}`;
}

/** A letter of a script that runs from right to left (Hebrew, Arabic and their relatives). */
const rightToLeft = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

/**
 * A name in a sentence: the rest of the sentence keeps its order whatever the name is written in (first strong
 * isolate … pop directional isolate, Unicode annex 9). Names hold no direction marks of their own (`name` of the
 * payload); the others stay plain, so that a sentence can be searched for and copied.
 */
export function isolated(name: string): string {
  return rightToLeft.test(name) ? `\u2068${name}\u2069` : name;
}

/** Names in a row: `Ana`, `Ana and Ben`, `Ana, Ben and 3 others`. */
export function people(names: readonly string[]): string {
  const [first = '', second = ''] = names.map(isolated);
  if (names.length <= 1) return first;
  if (names.length === 2) return `${first} and ${second}`;
  return `${first}, ${second} and ${count(names.length - 2, 'other', 'others')}`;
}

/** From the longest; each with its words and its short form. */
const units = [
  { milliseconds: 7 * 86_400_000, one: 'week', other: 'weeks' },
  { milliseconds: 86_400_000, one: 'day', other: 'days' },
  { milliseconds: 3_600_000, one: 'hour', other: 'hours' },
  { milliseconds: 60_000, one: 'minute', other: 'minutes' },
  { milliseconds: 1_000, one: 'second', other: 'seconds' },
] as const;

/** `1 week`, `90 minutes`: in the largest unit that says it exactly, or to the second. */
export function duration(milliseconds: number): string {
  const exact = units.find(
    (unit) => milliseconds >= unit.milliseconds && milliseconds % unit.milliseconds === 0,
  );
  const { milliseconds: each, one, other } = exact ?? units[4];
  return count(Math.max(1, Math.round(milliseconds / each)), one, other);
}

/** `3 minutes`: about, in the largest unit that fits; less than a minute is a moment. */
export function about(milliseconds: number): string {
  const unit = units.find((candidate) => milliseconds >= candidate.milliseconds);
  if (unit === undefined || unit.milliseconds < 60_000) return 'a moment';
  return count(Math.floor(milliseconds / unit.milliseconds), unit.one, unit.other);
}
