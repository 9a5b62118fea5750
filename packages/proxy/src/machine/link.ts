/** The connection to one relay, drawn in docs/protocol/state-machines.md. Pure: state, input → state, effects. */
export type LinkState =
  | { readonly phase: 'closed' }
  /** A connection is being opened, or is open and the relay has not sent its challenge. */
  | { readonly phase: 'connecting'; readonly failures: number }
  /** `failures` are forgotten when the connection has held for a while: a relay that drops at once is not a good one. */
  | { readonly phase: 'online'; readonly failures: number }
  | { readonly phase: 'offline'; readonly failures: number; readonly reason: string };

export type LinkInput =
  | { readonly kind: 'start' }
  | { readonly kind: 'challenge' }
  /** `luck` is from 0 to 1: it spreads the retries of many proxies. */
  | { readonly kind: 'lost'; readonly reason: string; readonly luck: number }
  /** The timer of the last `wait` ran out. */
  | { readonly kind: 'timeout'; readonly luck: number }
  | { readonly kind: 'stop' };

export type LinkEffect =
  | { readonly kind: 'open' }
  | { readonly kind: 'close' }
  /** Replaces the timer that is running. */
  | { readonly kind: 'wait'; readonly milliseconds: number }
  | { readonly kind: 'stopWaiting' };

export interface LinkStep {
  readonly state: LinkState;
  readonly effects: readonly LinkEffect[];
}

/** How long a relay may take to accept the connection and send its challenge. */
const challengeTimeout = 10_000;
/** How long a connection must hold before earlier failures are forgotten. */
const settleTime = 10_000;
const firstDelay = 250;
/** People wait for this after a relay's restart. */
const longestDelay = 10_000;
const longestPause = 600_000;

export const closedLink: LinkState = { phase: 'closed' };

export function stepLink(state: LinkState, input: LinkInput): LinkStep {
  if (input.kind === 'stop') {
    return { state: closedLink, effects: [{ kind: 'stopWaiting' }, { kind: 'close' }] };
  }
  switch (state.phase) {
    case 'closed':
      return input.kind === 'start' ? connect(0) : same(state);
    case 'connecting':
      if (input.kind === 'challenge') return online(state.failures);
      if (input.kind === 'lost') return retry(state.failures, input, []);
      if (input.kind === 'timeout') {
        const silent = { reason: 'The relay does not answer.', luck: input.luck };
        return retry(state.failures, silent, [{ kind: 'close' }]);
      }
      return same(state);
    case 'online':
      if (input.kind === 'lost') return retry(state.failures, input, []);
      return input.kind === 'timeout' ? same({ phase: 'online', failures: 0 }) : same(state);
    case 'offline':
      return input.kind === 'timeout' ? connect(state.failures) : same(state);
  }
}

/** Half to all of the delay for so many failures, milliseconds: 250, 500, 1,000 … up to 10,000. */
export function backoff(failures: number, luck: number): number {
  const delay = Math.min(firstDelay * 2 ** Math.min(failures, 20), longestDelay);
  return Math.round(delay * (0.5 + luck / 2));
}

/** As `backoff`, or as long as the relay asks for, within ten minutes: it cannot silence us, nor overflow a timer. */
export function politeBackoff(failures: number, luck: number, retryAfter = 0): number {
  return Math.max(Math.min(retryAfter, longestPause), backoff(failures, luck));
}

function connect(failures: number): LinkStep {
  return {
    state: { phase: 'connecting', failures },
    effects: [{ kind: 'open' }, { kind: 'wait', milliseconds: challengeTimeout }],
  };
}

function online(failures: number): LinkStep {
  const effects: LinkEffect[] = [{ kind: 'wait', milliseconds: settleTime }];
  return { state: { phase: 'online', failures }, effects };
}

function retry(failures: number, why: { reason: string; luck: number }, effects: LinkEffect[]): LinkStep {
  return {
    state: { phase: 'offline', failures: failures + 1, reason: why.reason },
    effects: [...effects, { kind: 'wait', milliseconds: backoff(failures, why.luck) }],
  };
}

function same(state: LinkState): LinkStep {
  return { state, effects: [] };
}
