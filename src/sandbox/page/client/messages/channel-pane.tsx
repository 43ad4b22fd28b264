import { useCallback, useMemo } from 'react';
import type { PageChannel, PageMessage } from '../../protocol.ts';
import { threadsOf } from '../logic/threads.ts';
import { Composer } from './composer.tsx';
import { MessageList } from './message-list.tsx';

interface PaneProps {
  readonly channel: PageChannel;
  readonly messages: readonly PageMessage[];
  readonly onThread: (ts: string) => void;
  readonly onRead: (channel: string, at: number) => void;
}

export function ChannelPane({ channel, messages, onThread, onRead }: PaneProps) {
  const threads = useMemo(() => threadsOf(messages), [messages]);
  const read = useCallback((at: number) => onRead(channel.id, at), [onRead, channel.id]);
  const name = channel.kind === 'direct' ? channel.name : `#${channel.name}`;
  return (
    <main className="ks-pane" aria-label={name}>
      <header className="ks-pane-head">
        <h1>{name}</h1>
        <span className="ks-hint">
          {channel.kind === 'direct' ? 'Direct messages with the app' : subtitleOf(channel)}
        </span>
      </header>
      {threads.length === 0 ? (
        <p className="ks-empty">Nothing has been said here yet.</p>
      ) : (
        <MessageList
          channel={channel.id}
          label={`Messages in ${name}`}
          threads={threads}
          onThread={onThread}
          onRead={read}
        />
      )}
      <Composer key={channel.id} channel={channel} />
    </main>
  );
}

function subtitleOf({ kind, isArchived }: PageChannel): string {
  if (isArchived) return 'Archived';
  return kind === 'private' ? 'Private channel' : 'Channel';
}
