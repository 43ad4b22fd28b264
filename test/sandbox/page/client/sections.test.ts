import { expect, test } from 'vitest';
import { withNews, withoutPerson, withoutStory } from '../../../../src/sandbox/page/client/logic/sections.ts';
import { message } from './support/message.ts';

const CLOCK = { now: 1, speed: 1, pace: 1, isSeeking: false, hasEnded: false, hasFailed: false } as const;

test('a section replaces its predecessor and leaves the others alone', () => {
  const shown = withNews(withNews({}, { section: 'clock', value: CLOCK }), { section: 'people', value: [] });

  expect(withNews(shown, { section: 'clock', value: { ...CLOCK, now: 2 } })).toEqual({
    clock: { ...CLOCK, now: 2 },
    people: [],
  });
});

test('the same section again changes nothing, not even the object', () => {
  const shown = withNews({}, { section: 'clock', value: CLOCK });

  expect(withNews(shown, { section: 'clock', value: { ...CLOCK } })).toBe(shown);
});

test('of the messages only the channels that came are exchanged, and only what is new in them', () => {
  const old = message({ ts: '1.0', text: 'old' });
  const shown = withNews({}, { section: 'messages', value: { C1: [old], C2: [message({ ts: '3.0' })] } });

  const next = withNews(shown, { section: 'messages', value: { C1: [{ ...old }, message({ ts: '2.0' })] } });

  expect(next.messages?.['C1']?.map(({ ts }) => ts)).toEqual(['1.0', '2.0']);
  expect(next.messages?.['C1']?.[0]).toBe(old);
  expect(next.messages?.['C2']).toBe(shown.messages?.['C2']);
});

test('an edit takes the place of what it edits', () => {
  const shown = withNews({}, { section: 'messages', value: { C1: [message({ ts: '1.0', text: 'open' })] } });

  const next = withNews(shown, { section: 'messages', value: { C1: [message({ ts: '1.0', text: 'contained' })] } });

  expect(next.messages?.['C1']?.map(({ text }) => text)).toEqual(['contained']);
});

test('a new story begins without what was said in the last one', () => {
  const shown = withNews(withNews({}, { section: 'messages', value: { C1: [] } }), { section: 'people', value: [] });

  expect(withoutStory(shown)).toEqual({ people: [] });
});

test('what one person sees is gone before the next one looks', () => {
  const shown = withNews(withNews({}, { section: 'modals', value: [] }), { section: 'clock', value: CLOCK });

  expect(withoutPerson(shown)).toEqual({ clock: CLOCK });
});
