import type { PagePerson } from './protocol.ts';

type Part = NonNullable<PagePerson['part']>;

/** Who can be taken on, and as what. */
export const PARTS: ReadonlyMap<string, Part> = new Map([
  ['U0ANA', { title: 'On-call engineer', hint: 'Responder: may suspend, revoke, rotate and raise caps' }],
  ['U0DEE', { title: 'Key owner', hint: 'Answers for her own keys, the staging key among them' }],
  ['U0CHRIS', { title: 'Founder', hint: 'Admin: may do all, and is the second person for what is for good' }],
  ['U0BEN', { title: 'Employee', hint: 'May look, not touch; answers for his own keys only' }],
  ['U0GIL', { title: 'Guest', hint: 'From an agency: is told nothing' }],
]);
