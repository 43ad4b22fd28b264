import { expect, test } from 'vitest';
import { unreadOf, withRead } from '../../../../src/sandbox/page/client/logic/unread.ts';
import type { PageChannel } from '../../../../src/sandbox/page/protocol.ts';
import { message } from './support/message.ts';

const CHANNEL: PageChannel = {
  id: 'C1',
  name: 'ai-keys',
  kind: 'public',
  isArchived: false,
  isMember: true,
  calls: [{ ts: '5.0', at: 5 }],
};
const MESSAGES = [
  message({ ts: '1.0', at: 1 }),
  message({ ts: '4.0', at: 4, user: 'U0ANA' }),
  message({ ts: '5.0', at: 5 }),
  message({ ts: '6.0', at: 6, isDeleted: true }),
];
const MARKS = { since: 2, readAt: {} };

test('new is what others have said since the page was opened', () => {
  expect(unreadOf(CHANNEL, MESSAGES, { person: 'U0ANA', marks: MARKS })).toEqual({ messages: 1, calls: 1 });
  expect(unreadOf(CHANNEL, MESSAGES, { person: 'U0BEN', marks: MARKS })).toEqual({ messages: 2, calls: 1 });
});

test('what one person has read another has not', () => {
  const marks = withRead(MARKS, { person: 'U0ANA', channel: 'C1' }, 5);

  expect(unreadOf(CHANNEL, MESSAGES, { person: 'U0ANA', marks })).toEqual({ messages: 0, calls: 0 });
  expect(unreadOf(CHANNEL, MESSAGES, { person: 'U0BEN', marks })).toEqual({ messages: 2, calls: 1 });
});

test('reading what is older makes nothing unread again', () => {
  const marks = withRead(MARKS, { person: 'U0ANA', channel: 'C1' }, 5);

  expect(withRead(marks, { person: 'U0ANA', channel: 'C1' }, 3)).toBe(marks);
});
