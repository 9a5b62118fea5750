import { viewOf } from '../core/group/view.ts';
import { isDueNow, owedTo } from '../machine/whoIsWho.ts';
import { queueIdentify } from './introduce.ts';
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
    const { memory, timers, closed } = this.#session;
    const { group, who, sync, stored } = memory;
    if (closed || !group || sync.phase !== 'live' || stored.standing !== 'member' || stored.leaving) return;
    const view = viewOf(group);
    const owed = owedTo(who, view.members.keys(), view.me).length;
    if (owed === 0 || timers.isRunning('identify')) return;
    if (!isDueNow(who, view.members.size, owed)) return;
    const delay = within.least + Math.random() * within.perMember * view.members.size;
    timers.start('identify', delay, () => this.#introduce());
  }

  #introduce(): void {
    const { memory, parts } = this.#session;
    if (!memory.group || memory.sync.phase !== 'live') return;
    this.#session.step('introducing', (draft) => queueIdentify(parts, draft));
  }
}
