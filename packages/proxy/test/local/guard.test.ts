import { describe, expect, it } from 'vitest';
import { admit, type Policy, type RequestFacts } from '../../src/local/guard.ts';
import { routeTable, socketFileRoutes } from '../../src/local/routes.ts';

const host = 'otr-0123456789abcdef.localhost:12345';
const page: Policy = {
  hosts: [host, '127.0.0.1:12345'],
  origin: 'exact',
  routes: routeTable(['/', '/assets/page.js']),
};
const local: Policy = { hosts: ['localhost'], origin: 'forbidden', routes: socketFileRoutes };

const plain: RequestFacts = {
  method: 'GET',
  target: '/',
  host: [host],
  origin: [],
  fetchSite: [],
  forServiceWorker: false,
  upgrade: false,
};
const socket: RequestFacts = {
  ...plain,
  target: '/socket.io/?EIO=4&transport=websocket',
  origin: [`http://${host}`],
  upgrade: true,
};
const challenge: RequestFacts = {
  ...plain,
  method: 'POST',
  target: '/session/challenge',
  origin: [`http://${host}`],
};
const program: RequestFacts = { ...socket, host: ['localhost'], origin: [] };

const table: [title: string, facts: RequestFacts, policy: Policy, outcome: string][] = [
  ['the page', plain, page, 'page'],
  ['the page, by a person', { ...plain, fetchSite: ['none'] }, page, 'page'],
  ['a file of the page', { ...plain, target: '/assets/page.js', fetchSite: ['same-origin'] }, page, 'page'],
  ['the page with a query', { ...plain, target: '/?x' }, page, 'page'],
  ['the page by the literal', { ...plain, host: ['127.0.0.1:12345'] }, page, 'page'],
  ['another host', { ...plain, host: ['127.0.0.1:12346'] }, page, 'wrongHost'],
  ['the host in capitals', { ...plain, host: [host.toUpperCase()] }, page, 'wrongHost'],
  ['the host with a dot', { ...plain, host: ['127.0.0.1.:12345'] }, page, 'wrongHost'],
  ['no host', { ...plain, host: [] }, page, 'wrongHost'],
  ['two hosts', { ...plain, host: [host, host] }, page, 'wrongHost'],
  ['a hostile origin', { ...plain, origin: ['http://attacker.example'] }, page, 'wrongOrigin'],
  ['the origin of the other host', { ...plain, origin: ['http://127.0.0.1:12345'] }, page, 'wrongOrigin'],
  ['two origins', { ...plain, origin: [`http://${host}`, `http://${host}`] }, page, 'wrongOrigin'],
  ['an opaque origin', { ...plain, origin: ['null'] }, page, 'wrongOrigin'],
  ['a cross-site read', { ...plain, fetchSite: ['cross-site'] }, page, 'crossSite'],
  ['a read by another port', { ...plain, fetchSite: ['same-site'] }, page, 'crossSite'],
  ['a service worker', { ...plain, forServiceWorker: true }, page, 'serviceWorker'],
  ['an unknown path', { ...plain, target: '/assets/../place.json' }, page, 'noSuchRoute'],
  ['an encoded path', { ...plain, target: '/%2e%2e/place.json' }, page, 'noSuchRoute'],
  ['a whole URL as target', { ...plain, target: `http://${host}/` }, page, 'noSuchRoute'],
  ['a HEAD', { ...plain, method: 'HEAD' }, page, 'wrongMethod'],
  ['an upgrade of the page', { ...plain, upgrade: true }, page, 'wrongTransport'],
  ['a challenge', challenge, page, 'challenge'],
  ['a challenge without origin', { ...challenge, origin: [] }, page, 'noOrigin'],
  ['a challenge by GET', { ...challenge, method: 'GET' }, page, 'wrongMethod'],
  ['a socket', socket, page, 'socket'],
  ['a socket without origin', { ...socket, origin: [] }, page, 'noOrigin'],
  ['a socket with a session', { ...socket, target: `${socket.target}&sid=x` }, page, 'wrongTransport'],
  ['a socket with an empty session', { ...socket, target: `${socket.target}&sid` }, page, 'wrongTransport'],
  ['a socket that is not upgraded', { ...socket, upgrade: false }, page, 'wrongTransport'],
  ['polling', { ...socket, target: '/socket.io/?EIO=4&transport=polling' }, page, 'wrongTransport'],
  ['two transports', { ...socket, target: `${socket.target}&transport=polling` }, page, 'wrongTransport'],
  ['a program on the socket file', program, local, 'socket'],
  ['a page on the socket file', { ...program, origin: ['http://localhost'] }, local, 'wrongOrigin'],
  ['the page on the socket file', { ...program, target: '/', upgrade: false }, local, 'noSuchRoute'],
];

describe('the guard', () => {
  it.each(table)('%s', (_title, facts, policy, outcome) => {
    const admission = admit(facts, policy);
    expect(admission.kind === 'admitted' ? admission.route.does : admission.code).toBe(outcome);
  });

  it('names no address of the proxy to whom it refuses', () => {
    for (const [, facts, policy] of table) {
      const admission = admit(facts, policy);
      if (admission.kind === 'refused') expect(admission.message).not.toMatch(/otr-|127\.0|12345/);
    }
  });
});
