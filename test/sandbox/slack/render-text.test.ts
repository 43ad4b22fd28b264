import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Message, renderText } from '../../../src/sandbox/slack/index.ts';
import { type Bench, startBench } from './stand-in.ts';

let bench: Bench;

beforeAll(async () => {
  bench = await startBench();
});

afterAll(() => bench.slack.close());

function read(message: Partial<Message>): string {
  const base = { channel: 'C0AIKEYS', ts: '1.000000', user: 'U0KEYBOT', text: '', blocks: [] };
  return renderText({ ...base, ...message }, bench.slack.workspace);
}

describe('a message as text', () => {
  test.each([
    ['a &lt;b&gt; &amp; c', 'a <b> & c'],
    ['&amp;lt;', '&lt;'],
    ['ask <@U0BEN> or <@U0ANA|ana>', 'ask @ben or @ana'],
    ['in <#C0GENERAL> with <!subteam^S0SECURITY>', 'in #general with @security'],
    ['<!channel> look', '@channel look'],
    ['<https://a.example|the page>, <https://b.example>', 'the page, https://b.example'],
    ['*bold* _soft_ ~gone~ `code`', 'bold soft gone code'],
    ['2 * 3 * 4 and snake_case_name', '2 * 3 * 4 and snake_case_name'],
    ['<!date^1795228800^{date_short_pretty} at {time}|soon>', 'Nov 21, 2026 at 02:40 UTC'],
    ['<!date^oops^{date}|soon>', 'soon'],
  ])('%s', (text, seen) => {
    expect(read({ text })).toBe(seen);
  });

  test('reads an alert from headline to footer', () => {
    const plain = (text: string): object => ({ type: 'plain_text', text });
    const blocks = [
      { type: 'section', text: { type: 'mrkdwn', text: '*staging-ci is spending 560x its usual hour.*' } },
      { type: 'section', fields: [{ type: 'mrkdwn', text: '*Key* …9f2a' }, plain('*Cap* none')] },
      {
        type: 'actions',
        elements: [
          { type: 'button', text: plain('Suspend…') },
          { type: 'overflow', options: [{ text: plain('Snooze'), value: 's' }] },
        ],
      },
      { type: 'context', elements: [plain('open since 02:20'), plain('KS-142')] },
    ];

    expect(read({ blocks }).split('\n')).toEqual([
      'staging-ci is spending 560x its usual hour.',
      'Key …9f2a',
      '*Cap* none',
      '[ Suspend… ] [ ⋯ Snooze ]',
      'open since 02:20 KS-142',
    ]);
  });

  test('reads rich text and tables', () => {
    const parts = [
      { type: 'text', text: 'ask ' },
      { type: 'user', user_id: 'U0BEN' },
    ];
    const blocks = [
      { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: parts }] },
      {
        type: 'table',
        rows: [
          [
            { type: 'raw_text', text: 'a' },
            { type: 'raw_number', value: 2 },
          ],
        ],
      },
    ];

    expect(read({ blocks })).toBe('ask @ben\na | 2');
  });

  test('marks an edit of plain text', () => {
    expect(read({ text: 'now', edited: { user: 'U0ANA', ts: '2.000000' } })).toBe('now\n(edited)');
  });
});
