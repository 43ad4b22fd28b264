import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { blockKitSchema } from '../../../scripts/block-kit-schema.ts';
import {
  assertBlocks,
  assertView,
  lineOf,
  type Surface,
  validateBlocks,
  validateMessage,
  validateView,
} from '../../../src/sandbox/slack/strictness/index.ts';

type Json = Record<string, unknown>;

const plain = (length: number): Json => ({ type: 'plain_text', text: 'x'.repeat(length) });
const mrkdwn = (length: number): Json => ({ type: 'mrkdwn', text: 'x'.repeat(length) });
const times = (count: number, make: (index: number) => unknown): unknown[] =>
  Array.from({ length: count }, (_, index) => make(index));
const button = (extra: Json = {}): Json => ({ type: 'button', action_id: 'go', text: plain(4), ...extra });
const actions = (...elements: unknown[]): Json => ({ type: 'actions', elements });
const option = (extra: Json = {}): Json => ({ text: plain(4), value: 'v', ...extra });
const menu = (count: number, type = 'static_select'): Json => ({
  type,
  action_id: 'm',
  options: times(count, () => option()),
});
const overflow = (count: number): Json => ({ type: 'overflow', action_id: 'o', options: times(count, () => option()) });
const confirm = (extra: Json = {}): Json => ({
  title: plain(4),
  text: plain(4),
  confirm: plain(3),
  deny: plain(2),
  ...extra,
});
const input = (element: Json): Json => ({ type: 'input', label: plain(4), element });
const cell = (text: string): Json => ({ type: 'raw_text', text });
const table = (rows: number, columns = 1, text = 'x'): Json => ({
  type: 'table',
  rows: times(rows, () => times(columns, () => cell(text))),
});
const pie = (segments: number, value = 1): Json => ({
  type: 'data_visualization',
  title: 'Spend',
  chart: { type: 'pie', segments: times(segments, (index) => ({ label: `s${index}`, value })) },
});
const line = (labels: string[]): Json => ({
  type: 'data_visualization',
  title: 'Spend',
  chart: {
    type: 'line',
    series: [{ name: 'a', data: labels.map((label) => ({ label, value: 1 })) }],
    axis_config: { categories: ['mon', 'tue'] },
  },
});

/** Per limit: blocks that just fit, and blocks that just do not. */
const LIMITS: readonly [name: string, fits: unknown[], breaks: unknown[], surface?: Surface][] = [
  ['50 blocks in a message', times(50, () => ({ type: 'divider' })), times(51, () => ({ type: 'divider' }))],
  ['100 blocks in a view', times(100, () => ({ type: 'divider' })), times(101, () => ({ type: 'divider' })), 'home'],
  ['section text 3000', [{ type: 'section', text: mrkdwn(3000) }], [{ type: 'section', text: mrkdwn(3001) }]],
  ['text is never empty', [{ type: 'section', text: mrkdwn(1) }], [{ type: 'section', text: mrkdwn(0) }]],
  [
    '10 fields',
    [{ type: 'section', fields: times(10, () => plain(1)) }],
    [{ type: 'section', fields: times(11, () => plain(1)) }],
  ],
  ['field text 2000', [{ type: 'section', fields: [plain(2000)] }], [{ type: 'section', fields: [plain(2001)] }]],
  ['header 150', [{ type: 'header', text: plain(150) }], [{ type: 'header', text: plain(151) }]],
  ['header is plain text', [{ type: 'header', text: plain(1) }], [{ type: 'header', text: mrkdwn(1) }]],
  [
    '10 context elements',
    [{ type: 'context', elements: times(10, () => plain(1)) }],
    [{ type: 'context', elements: times(11, () => plain(1)) }],
  ],
  [
    '25 actions',
    [actions(...times(25, (n) => button({ action_id: `a${n}` })))],
    [actions(...times(26, (n) => button({ action_id: `a${n}` })))],
  ],
  ['at least one action', [actions(button())], [actions()]],
  ['button text 75', [actions(button({ text: plain(75) }))], [actions(button({ text: plain(76) }))]],
  ['button value 2000', [actions(button({ value: 'x'.repeat(2000) }))], [actions(button({ value: 'x'.repeat(2001) }))]],
  ['button url 3000', [actions(button({ url: 'x'.repeat(3000) }))], [actions(button({ url: 'x'.repeat(3001) }))]],
  ['button style', [actions(button({ style: 'danger' }))], [actions(button({ style: 'warning' }))]],
  [
    'action_id 255',
    [actions(button({ action_id: 'x'.repeat(255) }))],
    [actions(button({ action_id: 'x'.repeat(256) }))],
  ],
  ['action_id once per block', [actions(button(), button({ action_id: 'b' }))], [actions(button(), button())]],
  ['block_id 255', [{ type: 'divider', block_id: 'x'.repeat(255) }], [{ type: 'divider', block_id: 'x'.repeat(256) }]],
  [
    'block_id is unique',
    [
      { type: 'divider', block_id: 'a' },
      { type: 'divider', block_id: 'b' },
    ],
    [
      { type: 'divider', block_id: 'a' },
      { type: 'divider', block_id: 'a' },
    ],
  ],
  [
    'accessibility label 75',
    [actions(button({ accessibility_label: 'x'.repeat(75) }))],
    [actions(button({ accessibility_label: 'x'.repeat(76) }))],
  ],
  [
    'confirm title 100',
    [actions(button({ confirm: confirm({ title: plain(100) }) }))],
    [actions(button({ confirm: confirm({ title: plain(101) }) }))],
  ],
  [
    'confirm text 300',
    [actions(button({ confirm: confirm({ text: plain(300) }) }))],
    [actions(button({ confirm: confirm({ text: plain(301) }) }))],
  ],
  [
    'confirm text is plain',
    [actions(button({ confirm: confirm() }))],
    [actions(button({ confirm: confirm({ text: mrkdwn(4) }) }))],
  ],
  [
    'confirm button 30',
    [actions(button({ confirm: confirm({ deny: plain(30) }) }))],
    [actions(button({ confirm: confirm({ deny: plain(31) }) }))],
  ],
  ['overflow 1 to 5', [actions(overflow(5))], [actions(overflow(6))]],
  ['overflow is never empty', [actions(overflow(1))], [actions(overflow(0))]],
  ['select 100', [actions(menu(100))], [actions(menu(101))]],
  ['options are never empty', [actions(menu(1))], [actions(menu(0))]],
  ['radio buttons 10', [actions(menu(10, 'radio_buttons'))], [actions(menu(11, 'radio_buttons'))]],
  ['checkboxes 10', [actions(menu(10, 'checkboxes'))], [actions(menu(11, 'checkboxes'))]],
  [
    'option text 75',
    [actions({ ...menu(1), options: [option({ text: plain(75) })] })],
    [actions({ ...menu(1), options: [option({ text: plain(76) })] })],
  ],
  [
    'option value 150',
    [actions({ ...menu(1), options: [option({ value: 'x'.repeat(150) })] })],
    [actions({ ...menu(1), options: [option({ value: 'x'.repeat(151) })] })],
  ],
  [
    'placeholder 150',
    [actions({ ...menu(1), placeholder: plain(150) })],
    [actions({ ...menu(1), placeholder: plain(151) })],
  ],
  ['unknown keys', [{ type: 'divider' }], [{ type: 'divider', colour: 'red' }]],
  ['unknown keys inside', [actions(button())], [actions(button({ colour: 'red' }))]],
  ['known blocks', [{ type: 'divider' }], [{ type: 'ruler' }]],
  ['alert only in a modal', [{ type: 'divider' }], [{ type: 'alert', text: plain(3) }]],
  ['alert text 200', [{ type: 'alert', text: plain(200) }], [{ type: 'alert', text: plain(201) }], 'modal'],
  ['markdown only in a message', [{ type: 'divider' }], [{ type: 'markdown', text: 'x' }], 'modal'],
  [
    'markdown 12000 together',
    times(2, () => ({ type: 'markdown', text: 'x'.repeat(6000) })),
    times(2, () => ({ type: 'markdown', text: 'x'.repeat(6001) })),
  ],
  ['charts not in Home', [{ type: 'divider' }], [pie(1)], 'home'],
  [
    'carousel not in a modal',
    [{ type: 'divider' }],
    [{ type: 'carousel', elements: [{ type: 'card', body: mrkdwn(1) }] }],
    'modal',
  ],
  ['card needs content', [{ type: 'card', body: mrkdwn(200) }], [{ type: 'card', subtitle: mrkdwn(1) }]],
  [
    'image has one source',
    [{ type: 'image', alt_text: 'a', image_url: 'https://a.example' }],
    [{ type: 'image', alt_text: 'a' }],
  ],
  [
    'image alt text 2000',
    [{ type: 'image', alt_text: 'x'.repeat(2000), image_url: 'u' }],
    [{ type: 'image', alt_text: 'x'.repeat(2001), image_url: 'u' }],
  ],
  ['table 100 rows', [table(100)], [table(101)]],
  ['table 20 columns', [table(1, 20)], [table(1, 21)]],
  ['table cells are never empty', [table(1)], [table(1, 1, '')]],
  ['table cells are not blank', [table(1)], [table(1, 1, ' ')]],
  ['table 10000 characters', [table(10, 1, 'x'.repeat(1000))], [table(11, 1, 'x'.repeat(1000))]],
  ['one table', [table(1)], [table(1), table(1)]],
  [
    'task status',
    [{ type: 'task_card', task_id: '1', title: 't', status: 'complete' }],
    [{ type: 'task_card', task_id: '1', title: 't', status: 'completed' }],
  ],
  ['two charts', [pie(1), pie(1)], [pie(1), pie(1), pie(1)]],
  ['six segments', [pie(6)], [pie(7)]],
  ['pie values above 0', [pie(2, 1)], [pie(2, 0)]],
  ['a point per category', [line(['mon', 'tue'])], [line(['mon'])]],
  [
    'input label 2000',
    [{ ...input({ type: 'plain_text_input', action_id: 'a' }), label: plain(2000) }],
    [{ ...input({ type: 'plain_text_input', action_id: 'a' }), label: plain(2001) }],
    'modal',
  ],
  ['input elements', [input({ type: 'plain_text_input', action_id: 'a' })], [input(button())], 'modal'],
];

const MODAL = { type: 'modal', title: plain(5), blocks: [{ type: 'divider' }] };

const VIEWS: readonly [name: string, fits: Json, breaks: Json][] = [
  ['title 24', { ...MODAL, title: plain(24) }, { ...MODAL, title: plain(25) }],
  ['title is plain text', MODAL, { ...MODAL, title: mrkdwn(5) }],
  ['submit 24', { ...MODAL, submit: plain(24) }, { ...MODAL, submit: plain(25) }],
  [
    'private_metadata 3000',
    { ...MODAL, private_metadata: 'x'.repeat(3000) },
    { ...MODAL, private_metadata: 'x'.repeat(3001) },
  ],
  ['callback_id 255', { ...MODAL, callback_id: 'x'.repeat(255) }, { ...MODAL, callback_id: 'x'.repeat(256) }],
  ['a type', MODAL, { ...MODAL, type: 'sheet' }],
  ['no unknown key', MODAL, { ...MODAL, size: 'large' }],
  ['Home has no title', { type: 'home', blocks: MODAL.blocks }, { ...MODAL, type: 'home' }],
  [
    'an input needs a submit button',
    { ...MODAL, submit: plain(2), blocks: [input({ type: 'plain_text_input', action_id: 'a' })] },
    { ...MODAL, blocks: [input({ type: 'plain_text_input', action_id: 'a' })] },
  ],
];

describe('Block Kit limits', () => {
  test.each(LIMITS)('%s', (_name, fits, breaks, surface = 'message') => {
    expect(validateBlocks(fits, surface).map(lineOf)).toEqual([]);
    expect(validateBlocks(breaks, surface)).not.toEqual([]);
  });

  test.each(VIEWS)('a view: %s', (_name, fits, breaks) => {
    expect(validateView(fits).map(lineOf)).toEqual([]);
    expect(validateView(breaks)).not.toEqual([]);
  });

  test('point at the fault', () => {
    const blocks = [{ type: 'divider' }, actions(button({ style: 'warning' }))];

    expect(validateBlocks(blocks, 'message')).toEqual([
      {
        code: 'invalid_blocks',
        message: 'must be one of ["primary","danger"]',
        pointer: '/blocks/1/elements/0/style',
      },
    ]);
  });

  test('are thrown as one readable text', () => {
    expect(() => assertBlocks([{ type: 'header', text: plain(151) }])).toThrow(
      'must be less than 151 characters [json-pointer:/blocks/0/text/text]',
    );
    expect(() => assertView({ ...MODAL, title: plain(25) })).toThrow('[json-pointer:/view/title/text]');
    expect(() => assertView(MODAL)).not.toThrow();
  });
});

describe('a message payload', () => {
  test.each([
    ['no_text', {}, 'post'],
    ['no_text', { text: '', blocks: [] }, 'post'],
    ['msg_too_long', { text: 'x'.repeat(4001) }, 'update'],
    ['invalid_metadata_format', { text: 'x', metadata: {} }, 'post'],
    ['too_many_attachments', { text: 'x', attachments: times(101, () => ({})) }, 'post'],
  ] as const)('is refused with %s', (code, payload, kind) => {
    expect(validateMessage(payload, kind)).toMatchObject([{ code }]);
  });

  test('may be long when it is posted, and may drop its metadata when it is updated', () => {
    expect(validateMessage({ text: 'x'.repeat(4001) })).toEqual([]);
    expect(validateMessage({ text: 'x', metadata: {} }, 'update')).toEqual([]);
  });
});

test('the committed schema is the one @slack/types gives', () => {
  const committed = readFileSync('src/sandbox/slack/block-kit.schema.json', 'utf8');

  expect(committed).toBe(blockKitSchema());
});
