import { useCallback } from 'react';
import { channelAt } from '../hooks/use-page.ts';
import type { Shown } from '../logic/sections.ts';
import { ChannelPane } from '../messages/channel-pane.tsx';
import { HomePane } from '../messages/home-pane.tsx';
import { ThreadPane } from '../messages/thread-pane.tsx';
import { type Place, usePage } from '../page-context.ts';
import { TruthPanel } from '../truth/truth-panel.tsx';
import { HOME } from './sidebar.tsx';

interface WorkplaceProps {
  readonly shown: Shown;
  readonly place: Place | null;
  readonly theme: 'light' | 'dark';
  readonly hasTruth: boolean;
  readonly onTruth: () => void;
  readonly onRead: (channel: string, at: number) => void;
}

/** What is open in the middle, and beside it the thread and the truth. */
export function Workplace({ shown, place, theme, hasTruth, onTruth, onRead }: WorkplaceProps) {
  const { person, goTo } = usePage();
  const isHome = place?.channel === HOME;
  const channel = isHome ? undefined : channelAt(shown.channels, place);
  const messages = shown.messages?.[channel?.id ?? ''] ?? [];
  const threadTs = channel !== undefined && channel.id === place?.channel ? place.threadTs : undefined;
  const channelId = channel?.id ?? '';
  const openThread = useCallback((ts: string) => goTo({ channel: channelId, threadTs: ts }), [goTo, channelId]);
  return (
    <>
      {isHome && <HomePane key={person} home={shown.home} />}
      {channel !== undefined && (
        <ChannelPane
          key={`${person} ${channelId}`}
          channel={channel}
          messages={messages}
          onThread={openThread}
          onRead={onRead}
        />
      )}
      {!isHome && channel === undefined && <main className="ks-pane" aria-label="Messages" />}
      <div className="ks-right">
        {channel !== undefined && threadTs !== undefined && (
          <ThreadPane
            key={threadTs}
            channel={channel}
            messages={messages}
            rootTs={threadTs}
            onClose={() => goTo({ channel: channelId })}
          />
        )}
        {hasTruth && <TruthPanel truth={shown.truth} theme={theme} onClose={onTruth} />}
      </div>
    </>
  );
}
