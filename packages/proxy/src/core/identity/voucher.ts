import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { sameBytes } from '../text.ts';
import { hkdf } from './hkdf.ts';

/** What a voucher's proof is for (D7). */
export interface VoucherContext {
  /** The group id, 16 bytes. */
  readonly room: Uint8Array;
  /** Of the epoch that the message is sealed in (M6), 32 bytes. */
  readonly authenticator: Uint8Array;
  /** Identity keys of who made the invite and of who came by it, 32 bytes each. */
  readonly inviter: Uint8Array;
  readonly joiner: Uint8Array;
}

const label = Buffer.from('otr-chatroom voucher v1');

/** The secret *v* of a one-time invite, 32 bytes: only its maker and who is given the link know it (D7). */
export function newVoucher(): Uint8Array {
  return new Uint8Array(randomBytes(32));
}

/** D7: the invite's secret that the whole group knows, 32 bytes; the voucher does not follow from it. */
export function inviteSecretOf(voucher: Uint8Array, room: Uint8Array): Uint8Array {
  return hkdf(voucher, room, label);
}

/** D7: 32 bytes that show the inviter which link the joiner came by. */
export function voucherProof(
  voucher: Uint8Array,
  { room, authenticator, inviter, joiner }: VoucherContext,
): Uint8Array {
  const bytes = Buffer.concat([label, room, authenticator, inviter, joiner]);
  return createHmac('sha256', createSecretKey(voucher)).update(bytes).digest();
}

/** In constant time. */
export function isVoucherProof(voucher: Uint8Array, context: VoucherContext, proof: Uint8Array): boolean {
  return sameBytes(voucherProof(voucher, context), proof);
}
