import { useEffect, useReducer, useState } from 'react';
import type { SectionNews } from '../../protocol.ts';
import { type Shown, withNews, withoutStory } from '../logic/sections.ts';

export type Connection = 'connecting' | 'open' | 'lost';

const RETRY_MS = 1_500;

type FeedNews = { readonly kind: 'news'; readonly news: SectionNews } | { readonly kind: 'person' };

/** Everything one person sees, kept up to date; connects again by itself. */
export function useFeed(person: string): { readonly shown: Shown; readonly connection: Connection } {
  const [shown, dispatch] = useReducer(reduce, {});
  const [connection, setConnection] = useState<Connection>('connecting');

  useEffect(() => {
    let source: EventSource | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    const connect = (): void => {
      source = new EventSource(`/sandbox/events?as=${encodeURIComponent(person)}`);
      source.onopen = () => setConnection('open');
      source.onmessage = (event) => dispatch({ kind: 'news', news: JSON.parse(String(event.data)) as SectionNews });
      source.onerror = () => {
        setConnection('lost');
        // The browser tries again after a broken connection, but never after a refused one.
        if (source?.readyState === EventSource.CLOSED) retry = setTimeout(connect, RETRY_MS);
      };
    };
    dispatch({ kind: 'person' });
    connect();
    return () => {
      clearTimeout(retry);
      source?.close();
    };
  }, [person]);

  return { shown, connection };
}

function reduce(shown: Shown, news: FeedNews): Shown {
  if (news.kind === 'person') return withoutPerson(shown);
  const isNewStory = news.news.section === 'stories' && news.news.value.playing !== shown.stories?.playing;
  return withNews(isNewStory && shown.stories !== undefined ? withoutStory(shown) : shown, news.news);
}

/** What is everybody's stays on the screen while the next person's view comes. */
function withoutPerson(shown: Shown): Shown {
  const { channels: _channels, messages: _messages, modals: _modals, home: _home, ...rest } = shown;
  return rest;
}
