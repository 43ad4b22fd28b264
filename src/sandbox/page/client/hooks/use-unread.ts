import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { PageChannel } from '../../protocol.ts';
import type { Shown } from '../logic/sections.ts';
import { type Marks, type Unread, unreadOf, withRead } from '../logic/unread.ts';
import { ring } from './ring.ts';
import type { Toast } from './use-toasts.ts';

export interface UnreadState {
  readonly byChannel: ReadonlyMap<string, Unread>;
  readonly calls: number;
  readonly read: (channel: string, at: number) => void;
}

const NOTHING: Marks = { since: 0, readAt: {} };

/** What this person has not read; everything from before the page was opened counts as read. */
export function useUnread(shown: Shown, person: string): UnreadState {
  const [marks, setMarks] = useState<Marks>(NOTHING);
  const now = shown.clock?.now;
  const story = shown.stories?.playing ?? null;
  const begun = useRef<string | null>(null);
  useEffect(() => {
    if (now === undefined || story === null || begun.current === story) return;
    begun.current = story;
    setMarks({ since: now, readAt: {} });
  }, [now, story]);
  useEffect(() => {
    // The same story from its beginning: its time lies before what was marked.
    if (now !== undefined && now < marks.since) setMarks({ since: now, readAt: {} });
  }, [now, marks.since]);

  const byChannel = useMemo(
    () =>
      new Map(
        (shown.channels ?? []).map((channel) => [
          channel.id,
          unreadOf(channel, shown.messages?.[channel.id] ?? [], { person, marks }),
        ]),
      ),
    [shown.channels, shown.messages, person, marks],
  );
  const read = useCallback(
    (channel: string, at: number) => setMarks((before) => withRead(before, { person, channel }, at)),
    [person],
  );
  const calls = [...byChannel.values()].reduce((sum, unread) => sum + unread.calls, 0);
  return { byChannel, calls, read };
}

/** Tells of calls as they come: not of those that were there when the person's view was opened. */
export function useCalls(
  shown: Shown,
  person: string,
  { hasSound, open, add }: { hasSound: boolean; open: string | undefined; add: (toast: Omit<Toast, 'id'>) => void },
): void {
  const known = useRef<{ owner: string; seen: Set<string> } | null>(null);
  const owner = `${person} ${shown.stories?.playing ?? ''}`;
  useEffect(() => {
    if (shown.channels === undefined) return;
    const isFirst = known.current?.owner !== owner;
    const seen = isFirst ? new Set<string>() : (known.current?.seen ?? new Set<string>());
    for (const channel of shown.channels) {
      const fresh = channel.calls.filter(({ ts }) => !seen.has(`${channel.id} ${ts}`));
      for (const { ts } of fresh) seen.add(`${channel.id} ${ts}`);
      if (fresh.length === 0 || isFirst) continue;
      // What is before one's eyes needs no way there.
      if (channel.id !== open) add({ kind: 'call', text: wordsFor(channel), channel: channel.id });
      if (hasSound) ring();
    }
    known.current = { owner, seen };
  }, [shown.channels, owner, hasSound, open, add]);
}

function wordsFor({ name, kind }: PageChannel): string {
  return kind === 'direct' ? `${name} wrote to you` : `You are called in #${name}`;
}
