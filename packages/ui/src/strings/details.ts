import { count, duration, isolated } from './words.ts';

export const members = {
  title: 'Members',
  count: (n: number) => count(n, 'member', 'members'),
  you: 'you',
  admin: 'admin',
  online: 'online',
  offline: 'offline',
  onlineHeading: (n: number) => `Online (${n})`,
  offlineHeading: (n: number) => `Offline (${n})`,
  everybodyHeading: (n: number) => `Members (${n})`,
  unknown: 'Who is online is unknown while the relay is out of reach.',
  key: (key: string) => `Key ${key}`,
  invite: 'Invite people',
  actions: (name: string) => `What to do with ${isolated(name)}`,
  makeAdmin: 'Make admin',
  dropAdmin: 'No longer admin',
  remove: 'Remove from the room…',
  removeTitle: (name: string) => `Remove ${isolated(name)}?`,
  removeText:
    'From then on they can read nothing that is written here. What they have received already stays with them. Everybody sees that you removed them.',
  removeDo: 'Remove',
};

export const knocks = {
  title: (n: number) => `Waiting to come in (${n})`,
  asks: (name: string) => `${name === '' ? 'Somebody without a name' : isolated(name)} asks to come in`,
  returns: (name: string, formerly: string) =>
    name === formerly || name === ''
      ? `${isolated(formerly)} lost their keys and asks to come back`
      : `${isolated(name)}, who was ${isolated(formerly)} here, lost their keys and asks to come back`,
  check: 'Make sure, over another channel, that it is really them.',
  comesIn: 'Has a valid invite and is being let in…',
  letIn: 'Let in',
  refuse: 'Refuse',
  letInLabel: (name: string) => `Let in ${isolated(name)}`,
  refuseLabel: (name: string) => `Refuse ${isolated(name)}`,
  more: (n: number) => `and ${count(n, 'other', 'others')}`,
};

const usesText = (uses: number | null) => {
  if (uses === null) return 'For as many as like';
  return uses === 1 ? 'For one more person' : `${uses} uses left`;
};

export const invites = {
  title: 'Invites',
  none: 'There is no invite. Nobody new can come in.',
  explain: 'Whoever has the link of one of these can come in, within its limits.',
  notAllowed: 'Only admins may invite in this room.',
  create: 'New invite…',
  createTitle: (room: string) => `New invite to “${isolated(room)}”`,
  createDo: 'Make invite',
  uses: 'How many people may use it',
  usesChoices: { one: 'One person', some: 'A number of people', any: 'As many as like' },
  usesNumber: 'How many',
  expires: 'How long it works',
  never: 'Until it is withdrawn',
  after: (milliseconds: number) => duration(milliseconds),
  approval: 'Somebody here has to let each one in',
  approvalHint: 'You are asked before anybody comes in.',
  policy: (uses: number | null, until: string | null, approval: boolean) =>
    [
      usesText(uses),
      ...(until === null ? [] : [`until ${until}`]),
      ...(approval ? ['a person decides'] : []),
    ].join(' · '),
  by: (name: string, when: string) => `By ${isolated(name)}, ${when}`,
  personal: 'You and the person will be verified to each other.',
  linkHidden: 'Only the one who made it can show its link.',
  copy: 'Copy link',
  copied: 'Invite link copied',
  show: 'QR code',
  revoke: 'Withdraw',
  revokeSure: 'Withdraw for good?',
  revoked: 'The invite is withdrawn: its link works no more.',
  options: 'An invite with limits…',
};

export const details = {
  title: 'Room details',
  open: 'Members and room details',
  tabs: { members: 'Members', invites: 'Invites', room: 'Room' },
  loading: 'One moment…',
  gone: 'You are not in this room any more.',
  unknown: 'More is shown here once you are in the room.',
  name: 'Name',
  rename: 'Rename…',
  timer: 'Disappearing messages',
  timerOff: 'Off',
  timerHint: 'New messages are deleted on every computer in the room after this time.',
  duration: (milliseconds: number) => duration(milliseconds),
  roles: 'Who may…',
  role: { invite: 'Invite people', remove: 'Remove people', change: 'Change the room' },
  roleChoices: { everyone: 'Everyone', admins: 'Admins only' },
  notAllowed: 'Only admins may change this.',
  keys: 'Encryption',
  renewed: (ago: string) => `Keys last renewed ${ago} ago.`,
  renewedNever: 'Keys not renewed since you came in.',
  renewedExplain:
    'Old keys are deleted: who steals this computer’s keys later cannot read what was sent before.',
  pending: 'Renewal not confirmed yet: the relay has not answered.',
  technical: (suite: string, epoch: number) => `${suite}, epoch ${epoch}`,
  export: 'Export the history',
  exportHint: 'The file is not encrypted: whoever opens it can read everything in it.',
  exportAs: { json: 'As JSON', html: 'As a page (HTML)' },
  exporting: 'Collecting the messages…',
  exported: (file: string) => `Saved as ${file}`,
  leave: 'Leave room…',
};
