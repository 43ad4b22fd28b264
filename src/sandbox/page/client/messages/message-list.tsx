import { Fragment, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { dayLine, dayOf } from '../logic/dates.ts';
import type { Thread } from '../logic/threads.ts';
import { useNow } from '../page-context.ts';
import { MessageItem } from './message-item.tsx';

const NEAR_END_PX = 60;

interface ListProps {
  readonly channel: string;
  readonly label: string;
  readonly threads: readonly Thread[];
  readonly onThread?: (ts: string) => void;
  readonly onRead?: (at: number) => void;
}

/** Messages with the newest at the bottom, which stays in sight unless the reader has scrolled up. */
export function MessageList({ channel, label, threads, onThread, onRead }: ListProps) {
  const now = useNow();
  const { pane, isAtEnd, toEnd, onScroll } = useEnd(threads.length);
  const newest = Math.max(0, ...threads.flatMap(({ root, replies }) => [root.at, replies.at(-1)?.at ?? 0]));
  useEffect(() => {
    if (isAtEnd && newest > 0) onRead?.(newest);
  }, [isAtEnd, newest, onRead]);
  return (
    <div className="ks-list-frame">
      <div
        ref={pane}
        className="ks-list"
        role="log"
        aria-live="polite"
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        tabIndex={0}
        onScroll={onScroll}
      >
        <div>
          {threads.map(({ root, replies }, index) => {
            const before = threads[index - 1]?.root.at;
            const isNewDay = before === undefined || dayOf(before) !== dayOf(root.at);
            return (
              <Fragment key={root.ts}>
                {isNewDay && (
                  <p className="ks-day">
                    <span>{dayLine(root.at, now)}</span>
                  </p>
                )}
                <MessageItem
                  channel={channel}
                  message={root}
                  replies={replies}
                  {...(onThread === undefined ? {} : { onThread })}
                />
              </Fragment>
            );
          })}
        </div>
      </div>
      {!isAtEnd && (
        <button type="button" className="ks-to-end" onClick={toEnd}>
          ↓ Newest messages
        </button>
      )}
    </div>
  );
}

function useEnd(count: number) {
  const pane = useRef<HTMLDivElement>(null);
  const wasAtEnd = useRef(true);
  const [isAtEnd, setIsAtEnd] = useState(true);
  const toEnd = useCallback(() => {
    pane.current?.scrollTo({ top: pane.current.scrollHeight });
  }, []);
  const onScroll = useCallback(() => {
    const shown = pane.current;
    if (shown === null) return;
    wasAtEnd.current = shown.scrollHeight - shown.scrollTop - shown.clientHeight < NEAR_END_PX;
    setIsAtEnd(wasAtEnd.current);
  }, []);
  useLayoutEffect(() => {
    if (count >= 0 && wasAtEnd.current) toEnd();
  }, [count, toEnd]);
  useEffect(() => {
    // Edits, pictures and a smaller window change heights without a new message.
    const watch = new ResizeObserver(() => (wasAtEnd.current ? toEnd() : undefined));
    const content = pane.current?.firstElementChild;
    if (pane.current !== null) watch.observe(pane.current);
    if (content) watch.observe(content);
    return () => watch.disconnect();
  }, [toEnd]);
  return { pane, isAtEnd, toEnd, onScroll };
}
