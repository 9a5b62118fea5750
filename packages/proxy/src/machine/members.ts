/** A registered key of the room as this proxy knows it. Keyed by the public key as text. */
export interface MemberState {
  readonly publicKey: Uint8Array;
  /** The chosen display name; `''` for none yet. */
  readonly name: string;
  /** It said that it leaves (payload `leave`): its removal is its own wish and not the relay's. */
  readonly leaving: boolean;
}

export type Members = ReadonlyMap<string, MemberState>;

/** Public key as text → the name to show. */
export type ShownNames = ReadonlyMap<string, string>;

/**
 * The name to show for each member, unique in the room: who has chosen none is "Guest" with the fingerprint of the
 * key, and two who would read the same have it appended.
 */
export function shownNames(members: Members, fingerprint: (publicKey: Uint8Array) => string): ShownNames {
  const bearers = new Map<string, number>();
  const plain = [...members].map(([key, { name, publicKey }]) => {
    const shown = name === '' ? guestName(fingerprint(publicKey)) : name;
    bearers.set(looks(shown), (bearers.get(looks(shown)) ?? 0) + 1);
    return { key, shown, publicKey };
  });
  return new Map(
    plain.map(({ key, shown, publicKey }) => [
      key,
      (bearers.get(looks(shown)) ?? 0) > 1 ? `${shown} ${fingerprint(publicKey)}` : shown,
    ]),
  );
}

export function guestName(fingerprint: string): string {
  return `Guest ${fingerprint}`;
}

/** Names that differ in case or in the width of letters only are the same to a reader. */
function looks(name: string): string {
  return name.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ');
}

export function withMember(members: Members, key: string, member: MemberState): Members {
  return new Map(members).set(key, member);
}

export function withoutMember(members: Members, key: string): Members {
  const rest = new Map(members);
  rest.delete(key);
  return rest;
}
