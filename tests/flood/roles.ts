import { bulk } from './roles/bulk.ts';
import { churn } from './roles/churn.ts';
import { Members } from './roles/members.ts';
import { rate } from './roles/rate.ts';
import type { Role } from './roles/role.ts';
import { silent } from './roles/silent.ts';

/** Who may be at a relay, by name. */
export const roles: Readonly<Record<string, (url: string) => Promise<Role>>> = {
  members: (url) => Members.enter(url),
  silent,
  /** What the slow reader is sent, and reads: it is no flood. */
  read: (url) => bulk(url, true),
  rate,
  slow: (url) => bulk(url, false),
  churn,
};
