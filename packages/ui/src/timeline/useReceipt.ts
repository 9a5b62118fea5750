import { receivedBy } from '@otr/client';
import type { Member, MessageRow } from '@otr/protocol';
import { useView } from '../app/useStore.ts';
import { type DeliveryState, deliveryState, deliveryText } from './delivery.ts';

const nobody: readonly Member[] = [];

/** Where an own message is, and the words for it. Others' messages are always at the relay. */
export function useReceipt(row: MessageRow): { state: DeliveryState; text: string; counts: string } {
  const members = useView((view) => (row.own ? view.members.get(row.room) : undefined)) ?? nobody;
  if (!row.own) return { state: 'relay', text: '', counts: '' };
  const receipt = receivedBy(row, members);
  const state = deliveryState(row, receipt);
  return { state, text: deliveryText(state, receipt), counts: `${receipt.n}/${receipt.m}` };
}
