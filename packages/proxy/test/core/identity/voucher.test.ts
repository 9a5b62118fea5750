import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  inviteSecretOf,
  isVoucherProof,
  newVoucher,
  voucherProof,
} from '../../../src/core/identity/voucher.ts';
import { randomId } from '../../../src/core/text.ts';

const voucher = newVoucher();
const context = {
  room: randomId(),
  authenticator: randomBytes(32),
  inviter: randomBytes(32),
  joiner: randomBytes(32),
};
const label = 'otr-chatroom voucher v1';

describe('a voucher', () => {
  it('[D7] is 32 random bytes', () => {
    expect(voucher).toHaveLength(32);
    expect(newVoucher()).not.toEqual(voucher);
  });

  it('[D7] gives the invite’s secret of one room as the rule says', () => {
    const secret = Buffer.from(hkdfSync('sha256', voucher, context.room, label, 32));
    expect(Buffer.from(inviteSecretOf(voucher, context.room))).toEqual(secret);
    expect(inviteSecretOf(voucher, randomId())).not.toEqual(inviteSecretOf(voucher, context.room));
  });

  it('[D7] proves as the rule says', () => {
    const { room, authenticator, inviter, joiner } = context;
    const mac = createHmac('sha256', voucher).update(label).update(room).update(authenticator);
    const proof = voucherProof(voucher, context);
    expect(Buffer.from(proof)).toEqual(mac.update(inviter).update(joiner).digest());
    expect(isVoucherProof(voucher, context, proof)).toBe(true);
  });

  it('[D7] is needed: other members, who know the invite’s secret, cannot make the proof', () => {
    const secret = inviteSecretOf(voucher, context.room);
    const forged = voucherProof(secret, context);
    expect(isVoucherProof(voucher, context, forged)).toBe(false);
    // Were the group told the voucher itself, they could.
    expect(isVoucherProof(secret, context, forged)).toBe(true);
  });

  it.each([
    ['room', { room: randomId() }],
    ['epoch', { authenticator: randomBytes(32) }],
    ['inviter', { inviter: randomBytes(32) }],
    ['joiner', { joiner: randomBytes(32) }],
    ['direction', { inviter: context.joiner, joiner: context.inviter }],
  ])('[D7] proves nothing for another %s', (_, change) => {
    const proof = voucherProof(voucher, context);
    expect(isVoucherProof(voucher, { ...context, ...change }, proof)).toBe(false);
  });

  it('[D7] of which one bit or the length differs is refused', () => {
    const proof = voucherProof(voucher, context);
    for (let bit = 0; bit < proof.length * 8; bit += 1) {
      const changed = Uint8Array.from(proof);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(isVoucherProof(voucher, context, changed)).toBe(false);
    }
    for (const length of [0, 16, 31])
      expect(isVoucherProof(voucher, context, proof.slice(0, length))).toBe(false);
    expect(isVoucherProof(newVoucher(), context, proof)).toBe(false);
  });
});
