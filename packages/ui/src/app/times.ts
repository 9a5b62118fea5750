import { strings } from '../strings.ts';

const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const withYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });
const shortDay = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: 'long', timeStyle: 'medium' });

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

/** Whole local days from then to now. */
function daysAgo(at: number, now: number): number {
  return Math.round((startOfDay(now) - startOfDay(at)) / 86_400_000);
}

/** `14:03` */
export function clockTime(at: number): string {
  return clock.format(at);
}

/** `Today`, `Yesterday`, `Monday, 3 March`, `3 March 2024`. */
export function dayName(at: number, now = Date.now()): string {
  const days = daysAgo(at, now);
  if (days === 0) return strings.timeline.today;
  if (days === 1) return strings.timeline.yesterday;
  return new Date(at).getFullYear() === new Date(now).getFullYear()
    ? weekday.format(at)
    : withYear.format(at);
}

/** For the list of rooms: the time today, else the day. */
export function shortTime(at: number, now = Date.now()): string {
  const days = daysAgo(at, now);
  if (days === 0) return clock.format(at);
  if (days === 1) return strings.timeline.yesterday;
  return shortDay.format(at);
}

/** Date and time to the second. */
export function wholeTime(at: number): string {
  return whole.format(at);
}

/** `3 March 2024` */
export function dayAndYear(at: number): string {
  return withYear.format(at);
}

/** Until when: the time today, else the day and the time. */
export function untilText(at: number, now = Date.now()): string {
  return daysAgo(at, now) === 0 ? clock.format(at) : `${shortDay.format(at)}, ${clock.format(at)}`;
}
