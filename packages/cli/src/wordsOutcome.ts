import type { LocalClient } from '@otr/client/node';
import { done, type Exit, failed } from './exit.ts';
import type { Settings } from './options.ts';
import { jsonLine, type Terminal } from './terminal.ts';
import { waitFor } from './waitFor.ts';

/** Two people who compare three words; `name` is harmless on a terminal. */
export interface Exchange {
  readonly client: LocalClient;
  readonly room: string;
  readonly member: string;
  readonly name: string;
}

/** `unknown`: the proxy stopped or was locked meanwhile. `givenUp`: this process was asked to end. */
export type Outcome = 'verified' | 'wrong' | 'stopped' | 'unknown' | 'givenUp';

/** Listens from now on until the exchange ends, however long the people take. */
export async function outcomeOf(exchange: Exchange, ending: AbortSignal): Promise<Outcome> {
  const told = await waitFor<Outcome>((found) => watch(exchange, found), Number.POSITIVE_INFINITY, ending);
  return told ?? 'givenUp';
}

function watch({ client, room, member }: Exchange, found: (outcome: Outcome) => void): () => void {
  const stops = [
    client.on('words', (told) => {
      const isOurs = told.room === room && told.member === member;
      if (isOurs && told.state !== 'asked') found(told.state);
    }),
    client.on('roomGone', (gone) => gone.room === room && found('unknown')),
    client.on('vault', ({ state }) => state === 'locked' && found('unknown')),
    client.onConnection((connection) => connection !== 'online' && found('unknown')),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Says how it ended; who gave up tells the other side. */
export async function tellOutcome(
  { client, room, member, name }: Exchange,
  outcome: Outcome,
  settings: Settings<'json'>,
  terminal: Terminal,
): Promise<Exit> {
  if (outcome === 'givenUp') await client.request('stopWords', { room, member });
  const state = outcome === 'givenUp' ? 'stopped' : outcome;
  if (settings.json) terminal.result(jsonLine({ room, member, state }));
  if (state === 'verified') {
    if (!settings.json) terminal.result(`${name} is verified, in every room that you share.`);
    return done;
  }
  return failed(whyNot[state](name));
}

const whyNot = {
  wrong: (name: string) =>
    `Somebody may be between you and ${name}: the words were not the same, and nobody is verified. If they were only misheard, try again with new ones`,
  stopped: () => 'it was stopped: nobody is verified',
  unknown: () => 'the proxy went away or was locked meanwhile: otr room members shows who is verified',
} as const;
