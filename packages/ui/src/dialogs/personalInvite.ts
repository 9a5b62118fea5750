/** An invite for one person names who made it: behind the secret stands a fingerprint (D7). */
export function isPersonal(link: string): boolean {
  return /#[^.]+\./.test(link);
}
