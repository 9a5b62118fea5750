/** What another member has shown of who it is, and what was whispered between us. */
export interface Shown {
  /** Hash of the leaf whose tag was good (D3); null before any was. */
  readonly leaf: Uint8Array | null;
  /** `missing`: it spoke without having shown who it is · `wrong`: its tag was. */
  readonly problem: 'missing' | 'wrong' | null;
  /** The last counter of its whispers to us (D5). */
  readonly whispered: number;
}

/** A one-time invite of ours that nobody has shown to have come by (D7). */
export interface Voucher {
  /** *v*, 32 bytes. */
  readonly voucher: Uint8Array;
  /** The secret that the group knows, as text. */
  readonly secret: string;
}

/** The one-time invite that we came by. */
export interface CameBy {
  readonly voucher: Uint8Array;
  /** Of who made it: 16 bytes. */
  readonly fingerprint: Uint8Array;
}

/** Who has shown whom who it is, in one room. */
export interface WhoIsWho {
  /** *e* of our own leaf (D2), 32 bytes; null while we are no member. */
  readonly ephemeral: Uint8Array | null;
  /** Pseudonyms of members to whom our present leaf has shown itself. */
  readonly told: ReadonlySet<string>;
  /** By pseudonym. */
  readonly shown: ReadonlyMap<string, Shown>;
  readonly vouchers: readonly Voucher[];
  readonly cameBy: CameBy | null;
  /** Members who came by a one-time invite of ours: the person here has not said yet whether it was given to them. */
  readonly invited: ReadonlySet<string>;
  /** Our last counter of whispers to each (D5). */
  readonly whispers: ReadonlyMap<string, number>;
  /** In a room off the record: the whisper that was sealed last, until it is at its place (D9). */
  readonly underWay?: { readonly id: string; readonly recipients: readonly string[] };
}

export const nobodyKnown: WhoIsWho = {
  ephemeral: null,
  told: new Set(),
  shown: new Map(),
  vouchers: [],
  cameBy: null,
  invited: new Set(),
  whispers: new Map(),
};

export const nothingShown: Shown = { leaf: null, problem: null, whispered: 0 };

/** Our leaf is another: to nobody has it shown itself. */
export function withLeaf(who: WhoIsWho, ephemeral: Uint8Array): WhoIsWho {
  return { ...who, ephemeral, told: new Set() };
}

export function withTold(who: WhoIsWho, ids: readonly string[]): WhoIsWho {
  return { ...who, told: new Set([...who.told, ...ids]) };
}

export function withShown(who: WhoIsWho, id: string, change: Partial<Shown>): WhoIsWho {
  const before = who.shown.get(id) ?? nothingShown;
  return { ...who, shown: new Map(who.shown).set(id, { ...before, ...change }) };
}

/** Our whispers to these members are at their place in the log. */
export function withWhispers(who: WhoIsWho, ids: readonly string[]): WhoIsWho {
  const whispers = new Map(who.whispers);
  for (const id of ids) whispers.set(id, (whispers.get(id) ?? 0) + 1);
  return { ...who, whispers };
}

/** Who has left is forgotten; the pseudonym never comes again. */
export function withoutGone(who: WhoIsWho, gone: readonly string[]): WhoIsWho {
  const isKnown = (id: string) => who.told.has(id) || who.shown.has(id) || who.whispers.has(id);
  if (!gone.some(isKnown)) return who;
  const left = new Set(gone);
  const stays = ([id]: readonly [string, unknown]) => !left.has(id);
  return {
    ...who,
    told: new Set([...who.told].filter((id) => !left.has(id))),
    shown: new Map([...who.shown].filter(stays)),
    invited: new Set([...who.invited].filter((id) => !left.has(id))),
    whispers: new Map([...who.whispers].filter(stays)),
  };
}

/** In a room of up to so many members each newcomer is shown at once who the others are (D3). */
const smallRoom = 64;

/** The members to whom our leaf has not shown itself. */
export function owedTo(who: WhoIsWho, members: Iterable<string>, me: string): string[] {
  return [...members].filter((id) => id !== me && !who.told.has(id));
}

/** Whether tags go now, or with the next thing that we say: a large room does not speak for each newcomer. */
export function isDueNow(who: WhoIsWho, memberCount: number, owed: number): boolean {
  return owed > 0 && (who.told.size === 0 || memberCount <= smallRoom);
}
