import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainRichText, richText } from '../../../../src/sandbox/page/client/logic/mrkdwn.ts';
import { type JsonObject, objectsIn } from '../../../../src/sandbox/slack/json.ts';

function elements(mrkdwn: string): readonly JsonObject[] {
  return objectsIn(richText(mrkdwn)['elements']).flatMap((part) => objectsIn(part['elements']));
}

function spoken(mrkdwn: string): string {
  return elements(mrkdwn)
    .map((element) => String(element['text'] ?? ''))
    .join('');
}

describe('what Slack marks is marked', () => {
  test.each([
    ['*bold*', { type: 'text', text: 'bold', style: { bold: true } }],
    ['_slanted_', { type: 'text', text: 'slanted', style: { italic: true } }],
    ['~gone~', { type: 'text', text: 'gone', style: { strike: true } }],
    ['`a_b_c`', { type: 'text', text: 'a_b_c', style: { code: true } }],
    ['<@U0ANA>', { type: 'user', user_id: 'U0ANA', style: {} }],
    ['<#C0AIKEYS|ai-keys>', { type: 'channel', channel_id: 'C0AIKEYS', style: {} }],
    ['<!subteam^S0SECURITY>', { type: 'usergroup', usergroup_id: 'S0SECURITY', style: {} }],
    ['<!channel>', { type: 'broadcast', range: 'channel', style: {} }],
    ['<!date^1792203000^{time}|02:10 UTC>', { type: 'date', timestamp: 1792203000, format: '{time}', style: {} }],
    [
      '<https://x.example/?a=1&amp;b=2|A &lt;B&gt;>',
      { type: 'link', url: 'https://x.example/?a=1&b=2', text: 'A <B>', style: {} },
    ],
    [':warning:', { type: 'emoji', name: 'warning' }],
  ])('%s', (mrkdwn, element) => {
    expect(elements(mrkdwn)).toEqual([element]);
  });

  test('marks hold what stands in them, mentions and code included', () => {
    expect(elements('*<@U0ANA> wants `x*y`*')).toEqual([
      { type: 'user', user_id: 'U0ANA', style: { bold: true } },
      { type: 'text', text: ' wants ', style: { bold: true } },
      { type: 'text', text: 'x*y', style: { bold: true, code: true } },
    ]);
  });

  test('quotes and code fences are parts of their own', () => {
    const parts = objectsIn(richText('before\n&gt; said\n```\n*raw* &lt;x&gt;\n```\nafter')['elements']);

    expect(parts.map(({ type }) => type)).toEqual([
      'rich_text_section',
      'rich_text_quote',
      'rich_text_preformatted',
      'rich_text_section',
    ]);
    expect(parts[2]?.['elements']).toEqual([{ type: 'text', text: '*raw* <x>' }]);
  });
});

describe('what only looks like a mark stays what it is', () => {
  test.each([
    'snake_case_name and 2*3*4',
    '10:20:30',
    '# not a heading',
    '1. not a list',
    '--- not a line',
    '| not | a table |',
    '    not code',
    '[not](a link)',
    '* loose star *',
  ])('%s', (text) => {
    expect(elements(text)).toEqual([{ type: 'text', text, style: {} }]);
  });
});

describe('nothing from outside becomes more than text', () => {
  test.each([
    ['&lt;!channel&gt;', '<!channel>'],
    ['&lt;@U0ANA&gt;', '<@U0ANA>'],
    ['&lt;https://evil.example|safe&gt;', '<https://evil.example|safe>'],
    ['&lt;img src=x onerror=alert(1)&gt;', '<img src=x onerror=alert(1)>'],
    ['&amp;lt;b&amp;gt;', '&lt;b&gt;'],
  ])('%s', (escaped, text) => {
    expect(elements(escaped)).toEqual([{ type: 'text', text, style: {} }]);
  });

  test('a link that would run something is its label', () => {
    expect(elements('<javascript:alert(1)|click me>')).toEqual([{ type: 'text', text: 'click me', style: {} }]);
  });

  test('a character that stands for what was read already cannot be smuggled in', () => {
    expect(elements('\uE000 <@U0ANA>').filter(({ type }) => type === 'user')).toHaveLength(1);
  });

  test('a plain text is never read, but for its emoji', () => {
    const plain = objectsIn(plainRichText('*a* <@U0ANA> &lt; :key:')['elements']);

    expect(plain[0]?.['elements']).toEqual([
      { type: 'text', text: '*a* <@U0ANA> &lt; ', style: {} },
      { type: 'emoji', name: 'key' },
    ]);
  });

  test('whatever is written, no letter of it is lost', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'ab1*_~`#|-. \n'), maxLength: 40 });
    fc.assert(
      fc.property(letters, (text) => {
        const kept = (words: string) => words.replaceAll(/[^ab1#|.-]/g, '');
        expect(kept(spoken(text))).toBe(kept(text));
      }),
    );
  });
});
