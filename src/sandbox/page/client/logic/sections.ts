import type { PageMessage, SectionNews, Sections } from '../../protocol.ts';

/** What has arrived so far. */
export type Shown = Partial<Sections>;

/** Takes one section in. What has not changed stays the same object, so that only new things are drawn again. */
export function withNews(shown: Shown, news: SectionNews): Shown {
  if (news.section === 'messages') return { ...shown, messages: withMessages(shown.messages ?? {}, news.value) };
  const before = shown[news.section];
  if (before !== undefined && JSON.stringify(before) === JSON.stringify(news.value)) return shown;
  return { ...shown, [news.section]: news.value };
}

/** What survives when a story begins again: nothing that was said or opened in the last one. */
export function withoutStory(shown: Shown): Shown {
  const { clock: _clock, messages: _messages, modals: _modals, home: _home, truth: _truth, ...rest } = shown;
  return rest;
}

/** What is everybody's, and stays on the screen while the next person's view comes. */
export function withoutPerson(shown: Shown): Shown {
  const { channels: _channels, messages: _messages, modals: _modals, home: _home, ...rest } = shown;
  return rest;
}

function withMessages(before: Sections['messages'], news: Sections['messages']): Sections['messages'] {
  const merged = Object.entries(news).map(([channel, messages]) => [channel, reusing(before[channel], messages)]);
  return { ...before, ...Object.fromEntries(merged) };
}

function reusing(before: readonly PageMessage[] = [], after: readonly PageMessage[]): readonly PageMessage[] {
  const old = new Map(before.map((message) => [message.ts, message]));
  return after.map((message) => {
    const same = old.get(message.ts);
    return same !== undefined && JSON.stringify(same) === JSON.stringify(message) ? same : message;
  });
}
