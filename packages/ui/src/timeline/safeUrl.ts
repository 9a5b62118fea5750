const allowed = new Set(['http:', 'https:', 'mailto:']);

/** The address when it is absolute and may be opened from a message, else an empty string. */
export function safeUrl(url: string): string {
  return URL.canParse(url) && allowed.has(new URL(url).protocol) ? url : '';
}
