import type { Trust } from '@otr/protocol';
import {
  BadgeCheck,
  CircleDashed,
  CircleQuestionMark,
  Hourglass,
  type LucideIcon,
  OctagonX,
  TriangleAlert,
  UserRound,
} from 'lucide-react';
import { strings } from '../strings.ts';
import './trust.css';

/** Each has a shape of its own: nothing is told by colour alone. */
export const trustIcons: Readonly<Record<Trust, LucideIcon>> = {
  self: UserRound,
  verified: BadgeCheck,
  unverified: CircleDashed,
  waiting: Hourglass,
  unproven: CircleQuestionMark,
  refused: OctagonX,
  changed: TriangleAlert,
};

/** What is known of who somebody is: a sign and its word. */
export function TrustMark({ trust }: { trust: Trust }) {
  const Icon = trustIcons[trust];
  return (
    <span className="trustMark" data-trust={trust}>
      <Icon size={15} aria-hidden="true" />
      <span>{strings.trust.word(trust)}</span>
    </span>
  );
}
