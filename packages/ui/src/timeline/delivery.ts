import type { Receipt } from '@otr/client';
import type { Member, MessageRow } from '@otr/protocol';
import { strings } from '../strings.ts';

/** `saved` on this machine → at the `relay` → received by `some` → received by `all`. */
export type DeliveryState = 'saved' | 'relay' | 'some' | 'all';

export function deliveryState(row: MessageRow, { n, m }: Receipt): DeliveryState {
  if (row.delivery === 'saved') return 'saved';
  if (n === 0) return 'relay';
  return n < m ? 'some' : 'all';
}

/** The members it was sealed for who tell that they have read it. */
export function hasRead(row: MessageRow, members: readonly Member[]): readonly Member[] {
  const { seq, recipients } = row;
  if (seq === null || recipients === undefined || recipients.length === 0) return [];
  const tell = members.filter((member) => member.read !== null && member.read >= seq);
  if (tell.length === 0) return tell;
  const addressed = new Set(recipients);
  return tell.filter((member) => addressed.has(member.key));
}

export function deliveryText(state: DeliveryState, { n, m }: Receipt): string {
  if (state === 'saved') return strings.delivery.saved;
  if (state === 'all') return strings.delivery.receivedAll(m);
  if (state === 'some') return strings.delivery.received(n, m);
  return m === 0 ? strings.delivery.relayAlone : strings.delivery.relay;
}
