import { useEffect, useMemo, useReducer, useState } from 'react';
import type { SectionNews } from '../../protocol.ts';
import { type Shown, withNews, withoutPerson, withoutStory } from '../logic/sections.ts';

export type Connection = 'connecting' | 'open' | 'lost';

const RETRY_MS = 1_500;

interface Feed {
  /** Whose view `shown` is. */
  readonly person: string;
  readonly shown: Shown;
}

/** Everything one person sees, kept up to date; connects again by itself. */
export function useFeed(person: string): { readonly shown: Shown; readonly connection: Connection } {
  const [feed, dispatch] = useReducer(reduce, { person, shown: {} });
  const [connection, setConnection] = useState<Connection>('connecting');

  useEffect(() => {
    let source: EventSource | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    const connect = (): void => {
      source = new EventSource(`/sandbox/events?as=${encodeURIComponent(person)}`);
      source.onopen = () => setConnection('open');
      source.onmessage = (event) => dispatch({ person, news: JSON.parse(String(event.data)) as SectionNews });
      source.onerror = () => {
        setConnection('lost');
        // The browser tries again after a broken connection, but never after a refused one.
        if (source?.readyState === EventSource.CLOSED) retry = setTimeout(connect, RETRY_MS);
      };
    };
    connect();
    return () => {
      clearTimeout(retry);
      source?.close();
    };
  }, [person]);

  // Between two people there is a moment in which what is here is the other one's.
  const shown = useMemo(() => (feed.person === person ? feed.shown : withoutPerson(feed.shown)), [feed, person]);
  return { shown, connection };
}

function reduce(feed: Feed, { person, news }: { person: string; news: SectionNews }): Feed {
  const shown = feed.person === person ? feed.shown : withoutPerson(feed.shown);
  const playing = shown.stories?.playing ?? null;
  // Only the end of the old story clears: of the new one something may have come before its name.
  const isOver = news.section === 'stories' && playing !== null && news.value.playing !== playing;
  return { person, shown: withNews(isOver ? withoutStory(shown) : shown, news) };
}
