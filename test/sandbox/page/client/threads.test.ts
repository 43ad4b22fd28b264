import { describe, expect, test } from 'vitest';
import { placeOf, threadOf, threadsOf } from '../../../../src/sandbox/page/client/logic/threads.ts';
import { message } from './support/message.ts';

test('replies stand in the thread of their root, in order', () => {
  const threads = threadsOf([
    message({ ts: '1.0', threadTs: '1.0' }),
    message({ ts: '2.0' }),
    message({ ts: '3.0', threadTs: '1.0' }),
    message({ ts: '4.0', threadTs: '1.0' }),
  ]);

  expect(threads.map(({ root, replies }) => [root.ts, replies.map(({ ts }) => ts)])).toEqual([
    ['1.0', ['3.0', '4.0']],
    ['2.0', []],
  ]);
});

test('a deleted message goes, unless it holds a thread', () => {
  const messages = [
    message({ ts: '1.0', isDeleted: true }),
    message({ ts: '2.0', isDeleted: true }),
    message({ ts: '3.0', threadTs: '2.0' }),
    message({ ts: '4.0', threadTs: '2.0', isDeleted: true }),
  ];

  expect(threadsOf(messages).map(({ root }) => root.ts)).toEqual(['2.0']);
  expect(threadOf(messages, '2.0')?.replies).toHaveLength(1);
  expect(threadOf(messages, '1.0')).toBeUndefined();
});

describe('a permalink leads to its message', () => {
  test.each([
    ['https://acme.slack.com/archives/C0AIKEYS/p1792203600000100', { channel: 'C0AIKEYS', ts: '1792203600.000100' }],
    [
      'https://acme.slack.com/archives/C1/p1792203700000100?thread_ts=1792203600.000100&cid=C1',
      { channel: 'C1', ts: '1792203700.000100', threadTs: '1792203600.000100' },
    ],
    ['https://console.anthropic.com/settings/keys', undefined],
  ])('%s', (url, place) => {
    expect(placeOf(url)).toEqual(place);
  });
});
