import { viewOf } from '../core/group/view.ts';
import { isDueNow, owedTo } from '../machine/whoIsWho.ts';
import { introduceFirst } from './introduce.ts';
import type { RoomSession } from './roomSession.ts';

/** Newcomers are shown who we are within so long; the more members speak, the longer. Milliseconds. */
const within = { least: 50, perMember: 20 };

/** Sees to it that newcomers are shown who we are also when we have nothing to say (D3). */
export class Introductions {
  readonly #session: RoomSession;

  constructor(session: RoomSession) {
    this.#session = session;
  }

  /** After each step: has our leaf to show itself to anybody? */
  look(): void {
    const { memory, timers } = this.#session;
    const owed = this.#owed();
    if (!memory.group || owed === 0 || timers.isRunning('identify')) return;
    const { size } = viewOf(memory.group).members;
    if (!isDueNow(memory.who, size, owed)) return;
    const delay = within.least + Math.random() * within.perMember * size;
    timers.start('identify', delay, () => this.#introduce());
  }

  /** Our tags may have gone meanwhile, before something that we said: then there is nothing to say. */
  #introduce(): void {
    const { parts } = this.#session;
    if (this.#owed() > 0) this.#session.step('introducing', (draft) => introduceFirst(parts, draft));
  }

  /** Members to whom our leaf has not shown itself; 0 while it cannot. */
  #owed(): number {
    const { memory, closed } = this.#session;
    const { group, who, sync, stored } = memory;
    if (closed || !group || sync.phase !== 'live' || stored.standing !== 'member' || stored.leaving) return 0;
    const view = viewOf(group);
    return owedTo(who, view.members.keys(), view.me).length;
  }
}
