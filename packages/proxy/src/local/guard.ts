import type { IncomingMessage } from 'node:http';
import type { Route } from './routes.ts';

/** What the guard looks at. Headers are lists: one that comes twice is two values, not the first. */
export interface RequestFacts {
  method: string;
  /** The request target as it was sent. */
  target: string;
  host: readonly string[];
  origin: readonly string[];
  /** `Sec-Fetch-Site`: whose page asks, told by the browser. */
  fetchSite: readonly string[];
  /** The browser fetches a service worker's script. */
  forServiceWorker: boolean;
  /** It becomes a WebSocket if admitted. */
  upgrade: boolean;
}

/** Who may ask. `exact`: pages of the hosts' own origins. `forbidden`: no page at all, local programs only. */
export interface Policy {
  hosts: readonly string[];
  origin: 'exact' | 'forbidden';
  routes: readonly Route[];
}

export interface Refusal {
  kind: 'refused';
  status: 400 | 403 | 404 | 405 | 421 | 426;
  code: string;
  /** Says what happened; names no address of ours, since a hostile page may be reading it. */
  message: string;
}
export type Admission = { kind: 'admitted'; route: Route; host: string } | Refusal;

/**
 * The one guard before everything: plain requests, WebSocket upgrades, polling, requests with or without a known
 * session. Engine.IO's own `allowRequest` and `cors` see neither upgrades nor requests of known sessions in full,
 * so nothing reaches the engine that was not admitted here.
 */
export function admit(facts: RequestFacts, policy: Policy): Admission {
  const host = facts.host[0];
  if (facts.host.length !== 1 || host === undefined || !policy.hosts.includes(host)) {
    return refuse(421, 'wrongHost', 'This address is not one of the proxy.');
  }
  if (facts.forServiceWorker) {
    return refuse(403, 'serviceWorker', 'The proxy serves no service workers.');
  }
  if (facts.fetchSite.some((site) => site !== 'same-origin' && site !== 'none')) {
    return refuse(403, 'crossSite', 'Pages of other origins may not ask the proxy.');
  }
  if (!originFits(facts.origin, host, policy)) {
    return refuse(403, 'wrongOrigin', 'Pages of other origins may not ask the proxy.');
  }
  const [path, query] = splitTarget(facts.target);
  const route = policy.routes.find((candidate) => candidate.path === path);
  if (route === undefined) return refuse(404, 'noSuchRoute', 'There is nothing at this path.');
  if (route.method !== facts.method)
    return refuse(405, 'wrongMethod', `This path answers ${route.method} only.`);
  if ((route.does === 'socket') !== facts.upgrade) {
    return refuse(426, 'wrongTransport', 'The proxy speaks WebSocket at its socket path, and only there.');
  }
  if (policy.origin === 'exact' && needsOrigin(route) && facts.origin.length === 0) {
    return refuse(403, 'noOrigin', 'This request must say which page it comes from.');
  }
  if (route.does === 'socket' && !isFreshSocket(query)) {
    return refuse(400, 'wrongTransport', 'The proxy opens new WebSocket sessions only.');
  }
  return { kind: 'admitted', route, host };
}

/** `asUpgrade`: Node handed it over as an upgrade, not as a plain request. */
export function factsOf(request: IncomingMessage, asUpgrade: boolean): RequestFacts {
  const headers = request.headersDistinct;
  return {
    method: request.method ?? '',
    target: request.url ?? '',
    host: headers['host'] ?? [],
    origin: headers['origin'] ?? [],
    fetchSite: headers['sec-fetch-site'] ?? [],
    forServiceWorker:
      headers['service-worker'] !== undefined || (headers['sec-fetch-dest'] ?? []).includes('serviceworker'),
    upgrade: asUpgrade && headers['upgrade']?.join().toLowerCase() === 'websocket',
  };
}

function originFits(origin: readonly string[], host: string, policy: Policy): boolean {
  if (origin.length === 0) return true;
  return policy.origin === 'exact' && origin.length === 1 && origin[0] === `http://${host}`;
}

/** Browsers leave `Origin` out only of plain same-origin reads. */
function needsOrigin(route: Route): boolean {
  return route.does !== 'page';
}

/** A WebSocket-only client has no session to name: one that names one is not ours. */
function isFreshSocket(query: string): boolean {
  const parameters = new URLSearchParams(query);
  return (
    parameters.getAll('transport').join() === 'websocket' &&
    parameters.getAll('EIO').join() === '4' &&
    !parameters.has('sid')
  );
}

function splitTarget(target: string): [path: string, query: string] {
  const at = target.indexOf('?');
  return at === -1 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)];
}

function refuse(status: Refusal['status'], code: string, message: string): Refusal {
  return { kind: 'refused', status, code, message };
}
