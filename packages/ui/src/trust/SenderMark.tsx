import { isDoubtful } from '@otr/client';
import type { Trust } from '@otr/protocol';
import { strings } from '../strings.ts';
import { trustIcons } from './TrustMark.tsx';
import './trust.css';

/** Beside a message's sender, where it was doubtful who that was. */
export function SenderMark({ trust }: { trust: Trust | undefined }) {
  if (!isDoubtful(trust)) return null;
  const Icon = trustIcons[trust];
  return (
    <span className="senderMark" data-trust={trust} data-testid="sender-mark">
      <Icon size={14} aria-hidden="true" />
      {strings.trust.marks[trust]}
    </span>
  );
}
