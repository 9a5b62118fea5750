import { receivedBy } from '@otr/client';
import type { Member, MessageRow } from '@otr/protocol';
import { useView } from '../app/useStore.ts';
import { strings } from '../strings.ts';
import { type DeliveryState, deliveryState, deliveryText, hasRead } from './delivery.ts';

const nobody: readonly Member[] = [];

/** Where an own message is, and the words for it. Others' messages are always at the relay. */
export function useReceipt(row: MessageRow): {
  state: DeliveryState;
  text: string;
  counts: string;
  /** How many tell that they have read it. */
  read: number;
} {
  const members = useView((view) => (row.own ? view.members.get(row.room) : undefined)) ?? nobody;
  const held = useView(
    (view) => row.own && (view.rooms.find(({ room }) => room === row.room)?.trust.changed ?? 0) > 0,
  );
  if (!row.own) return { state: 'relay', text: '', counts: '', read: 0 };
  const receipt = receivedBy(row, members);
  const state = deliveryState(row, receipt);
  const read = hasRead(row, members).length;
  const readText = read > 0 ? strings.delivery.read(read) : '';
  return {
    state,
    text: state === 'saved' && held ? strings.asks.held : `${deliveryText(state, receipt)}${readText}`,
    counts: `${receipt.n}/${receipt.m}`,
    read,
  };
}
