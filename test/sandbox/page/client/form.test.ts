import { describe, expect, test } from 'vitest';
import {
  choicesOf,
  entriesOf,
  entryOf,
  localOf,
  secondsOf,
  withEntry,
} from '../../../../src/sandbox/page/client/logic/form.ts';

const text = (words: string) => ({ type: 'plain_text', text: words });
const option = (value: string) => ({ text: text(value.toUpperCase()), value });
const BLOCKS = [
  { type: 'section', block_id: 's', text: text('words'), accessory: { type: 'button', action_id: 'b' } },
  { type: 'input', block_id: 'why', element: { type: 'plain_text_input', action_id: 'value' } },
  {
    type: 'input',
    block_id: 'until',
    element: { type: 'static_select', action_id: 'value', options: [option('day')], initial_option: option('day') },
  },
];

describe('what stands in state.values is what was entered', () => {
  test.each([
    [{ type: 'plain_text_input', value: 'words' }, 'words'],
    [{ type: 'plain_text_input', value: null }, null],
    [{ type: 'static_select', selected_option: option('day') }, 'day'],
    [{ type: 'checkboxes', selected_options: [option('a'), option('b')] }, ['a', 'b']],
    [{ type: 'multi_users_select', selected_users: ['U0ANA'] }, ['U0ANA']],
    [{ type: 'users_select', selected_user: 'U0ANA' }, 'U0ANA'],
    [{ type: 'datetimepicker', selected_date_time: 1792203000 }, 1792203000],
    [{}, null],
  ])('%j', (value, entry) => {
    expect(entryOf(value)).toEqual(entry);
  });
});

describe('a submission sends every input', () => {
  test('untouched ones as the server has them, or as the app has begun them', () => {
    expect(entriesOf(BLOCKS, { why: { value: { type: 'plain_text_input', value: 'begun' } } }, {})).toEqual({
      why: { value: 'begun' },
      until: { value: 'day' },
    });
  });

  test('what the person has entered wins, also over a newer view', () => {
    const draft = withEntry(
      withEntry({}, { blockId: 'why', actionId: 'value' }, 'mine'),
      { blockId: 'until', actionId: 'value' },
      null,
    );

    expect(entriesOf(BLOCKS, { why: { value: { type: 'plain_text_input', value: 'theirs' } } }, draft)).toEqual({
      why: { value: 'mine' },
      until: { value: null },
    });
  });

  test('what has left the view is left out', () => {
    const draft = withEntry({}, { blockId: 'gone', actionId: 'value' }, 'x');

    expect(Object.keys(entriesOf(BLOCKS, {}, draft))).toEqual(['why', 'until']);
  });
});

test('choices keep their groups and descriptions', () => {
  const element = {
    option_groups: [{ label: text('Near'), options: [{ ...option('a'), description: text('the first') }] }],
  };

  expect(choicesOf(element)).toEqual([{ value: 'a', label: 'A', description: 'the first', group: 'Near' }]);
});

test('an instant is entered in UTC', () => {
  expect(secondsOf('2026-10-17T02:10')).toBe(1792203000);
  expect(localOf(1792203000)).toBe('2026-10-17T02:10');
  expect(secondsOf('')).toBeNull();
});
