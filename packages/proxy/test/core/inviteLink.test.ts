import { describe, expect, it } from 'vitest';
import { formatInviteLink, parseInviteLink } from '../../src/core/inviteLink.ts';

const room = new Uint8Array(16).fill(1);
const secret = new Uint8Array(32).fill(2);
const tail = '/AQEBAQEBAQEBAQEBAQEBAQ#AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI';

describe('invite link', () => {
  it.each([
    ['http://127.0.0.1:4000', `otr:127.0.0.1:4000${tail}`],
    ['http://localhost:4000', `otr:localhost:4000${tail}`],
    ['http://[::1]:4000', `otr:[::1]:4000${tail}`],
    ['https://relay.example', `otr:relay.example${tail}`],
    ['https://relay.example:8443', `otr:relay.example:8443${tail}`],
    ['http://relay.example:8080', `otr:http://relay.example:8080${tail}`],
    ['https://127.0.0.1:4000', `otr:https://127.0.0.1:4000${tail}`],
  ])('[S6] %s reads %s, and back', (relayUrl, link) => {
    const invite = { relayUrl, room, secret, fingerprint: null };
    expect(formatInviteLink(invite)).toBe(link);
    expect(parseInviteLink(`  ${link}\n`)).toEqual({ ok: true, value: invite });
  });

  it('[D7] of a one-time invite ends with the fingerprint of who made it, and carries the voucher as it is', () => {
    const relayUrl = 'https://relay.example:8443';
    const invite = { relayUrl, room, secret, fingerprint: new Uint8Array(16).fill(3) };
    const link = `otr:relay.example:8443${tail}.AwMDAwMDAwMDAwMDAwMDAw`;
    expect(formatInviteLink(invite)).toBe(link);
    expect(parseInviteLink(`  ${link}\n`)).toEqual({ ok: true, value: invite });
  });

  it.each([
    ['none after the point', '.'],
    ['too short', '.AwMDAwMDAwMDAwMDAwMDA'],
    ['too long', '.AwMDAwMDAwMDAwMDAwMDAwA'],
    ['no base64url', '.AwMDAwMDAwMDAwMDAwMDA+'],
    ['padded', '.AwMDAwMDAwMDAwMDAwMDAw=='],
    ['another text of the same bytes', '.AwMDAwMDAwMDAwMDAwMDAx'],
    ['two of them', '.AwMDAwMDAwMDAwMDAwMDAw.AwMDAwMDAwMDAwMDAwMDAw'],
    ['without a point', 'AwMDAwMDAwMDAwMDAwMDAw'],
  ])('[D7] a bad fingerprint is refused: %s', (_, end) => {
    const parsed = parseInviteLink(`otr:relay.example${tail}${end}`);
    expect(parsed.ok).toBe(false);
    if (!parsed.ok) expect(parsed.error.message).not.toContain('AgICAgIC');
  });

  it.each([
    '',
    'otr:',
    'https://relay.example/room#secret',
    `otr:${tail}`,
    `otr:relay.example/path${tail}`,
    `otr:user@relay.example${tail}`,
    `otr:relay.example?x${tail}`,
    `otr:ftp://relay.example${tail}`,
    `otr:javascript:alert(1)${tail}`,
    `otr:relay.example${tail}x`,
    `otr:relay.example${tail.slice(0, -1)}`,
    `otr:${'a'.repeat(5_000)}${tail}`,
  ])('[S6] %j is refused, and the answer does not repeat it', (link) => {
    const parsed = parseInviteLink(link);
    expect(parsed.ok).toBe(false);
    if (!parsed.ok) expect(parsed.error.message).not.toContain('AgICAgIC');
  });
});
