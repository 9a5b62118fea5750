import { TestClient } from '../testClient.ts';
import { testInvite, testRoom } from '../testRoom.ts';
import type { Held, WatchedRelay } from '../watchedRelay.ts';
import { type Attack, hostileLife, type Life } from './hostile.ts';
import { Witnesses } from './witness.ts';

/** Connections at a time. */
const atOnce = 24;
/** Lives between two looks at how far it has come; each round has a room of its own. */
const livesPerRound = 400;
/** How long an answer may take; the relay shares its processor with much else. */
const patienceMs = 20_000;
const nothingHeld: Held = { rss: 0, heap: 0, resources: {}, frames: 0, log: {} };

export interface FuzzReport {
  readonly seed: number;
  /** Packets that came to the decoder, and bytes below it: each changed in its own way. */
  readonly inputs: number;
  readonly connections: number;
  /** Of them, those that the relay ended. */
  readonly closed: number;
  /** Refused requests by code. */
  readonly refusals: ReadonlyMap<string, number>;
  /** Messages that the witnesses sent meanwhile. */
  readonly witnessed: number;
  readonly start: Held;
  readonly middle: Held;
  readonly end: Held;
  /** What went wrong; nothing is the good answer. */
  readonly complaints: readonly string[];
}

/** Sends hostile bytes to a relay until it has taken so many inputs, while witnesses talk. */
export async function fuzzRelay(relay: WatchedRelay, inputs: number, seed: number): Promise<FuzzReport> {
  const witnesses = await Witnesses.enter(relay.url);
  const run = new Run(relay, witnesses, seed);
  // What a relay allocates once, for whatever it is sent, does not count as growth.
  const begun = await run.until(Math.ceil(inputs / 10));
  const start = begun ?? nothingHeld;
  const middle = (await run.until(Math.ceil(inputs / 2))) ?? start;
  const end = (await run.until(inputs)) ?? middle;
  // A relay that went wrong may answer no more.
  const isWell = run.complaints.length === 0;
  const complaints = isWell ? await witnesses.complaints().catch(reason) : run.complaints;
  const refusals = isWell ? refusalsIn(await relay.figures()) : new Map<string, number>();
  witnesses.close();
  return {
    seed,
    inputs: run.inputs,
    connections: run.connections,
    closed: run.closed,
    refusals,
    witnessed: witnesses.messages,
    start,
    middle,
    end,
    complaints,
  };
}

class Run {
  readonly complaints: string[] = [];
  readonly #relay: WatchedRelay;
  readonly #witnesses: Witnesses;
  readonly #seed: number;
  readonly #earlier: Buffer[] = [];
  connections = 0;
  closed = 0;
  inputs = 0;
  #oddities = 0;
  #preparations = 0;

  constructor(relay: WatchedRelay, witnesses: Witnesses, seed: number) {
    this.#relay = relay;
    this.#witnesses = witnesses;
    this.#seed = seed;
  }

  /** What the relay holds when it has taken so many inputs; undefined when something went wrong before. */
  async until(inputs: number): Promise<Held | undefined> {
    for (;;) {
      if (this.complaints.length > 0) return undefined;
      try {
        const held = await this.#round();
        const expected = this.#preparations + this.#witnesses.requests;
        this.inputs = Math.max(0, held.frames - expected) + this.#oddities;
        if (this.inputs >= inputs) return held;
      } catch (error) {
        this.complaints.push(...reason(error));
      }
    }
  }

  async #round(): Promise<Held> {
    const owner = await TestClient.connect(this.#relay.url);
    const own = { room: testRoom(), invite: testInvite() };
    await owner.create(own.room);
    await owner.enter(own.room);
    await owner.done('putInvite', { room: own.room.room, invite: own.invite.invite });
    this.#preparations += 4;
    const attack: Attack = {
      url: this.#relay.url,
      seed: this.#seed,
      witnesses: this.#witnesses,
      own,
      earlier: this.#earlier,
    };
    let left = livesPerRound;
    const lane = async () => {
      while (left > 0 && this.complaints.length === 0) {
        left -= 1;
        this.#count(this.connections++, await hostileLife(attack, this.connections));
      }
    };
    const died = this.#relay.died.then((words) => Promise.reject(new Error(`the relay died: ${words}`)));
    await Promise.race([
      died,
      Promise.all([this.#talkWhile(() => left > 0), ...Array.from({ length: atOnce }, lane)]),
    ]);
    owner.close();
    return await inTime(this.#relay.held(), 'who asks what it holds');
  }

  async #talkWhile(goesOn: () => boolean): Promise<void> {
    do {
      await inTime(this.#witnesses.talk(), 'the witnesses');
      await new Promise((resolve) => setTimeout(resolve, 50));
    } while (goesOn() && this.complaints.length === 0);
  }

  #count(n: number, life: Life): void {
    if (life.wasClosed) this.closed += 1;
    this.#oddities += life.oddities;
    this.#preparations += life.preparations;
    if (life.leak) this.complaints.push(`connection ${n} was sent something of the witnesses' room`);
    if (life.stuck) this.complaints.push(`connection ${n} was neither answered nor ended`);
  }
}

/** Rejects when the relay does not answer in time. */
async function inTime<Value>(work: Promise<Value>, who: string): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the relay does not answer ${who}`)), patienceMs);
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function reason(error: unknown): string[] {
  return [error instanceof Error ? error.message : String(error)];
}

function refusalsIn(figures: ReadonlyMap<string, number>): Map<string, number> {
  const refusals = new Map<string, number>();
  for (const [name, count] of figures) {
    const code = /^otr_relay_refusals_total\{code="(\w+)"\}$/.exec(name)?.[1];
    if (code !== undefined && count > 0) refusals.set(code, count);
  }
  return refusals;
}
