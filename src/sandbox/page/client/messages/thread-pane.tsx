import { useEffect, useMemo, useRef } from 'react';
import type { PageChannel, PageMessage } from '../../protocol.ts';
import { threadOf } from '../logic/threads.ts';
import { Icon } from '../shell/icon.tsx';
import { Composer } from './composer.tsx';
import { MessageList } from './message-list.tsx';

interface ThreadProps {
  readonly channel: PageChannel;
  readonly messages: readonly PageMessage[];
  readonly rootTs: string;
  readonly onClose: () => void;
}

export function ThreadPane({ channel, messages, rootTs, onClose }: ThreadProps) {
  const thread = useMemo(() => threadOf(messages, rootTs), [messages, rootTs]);
  const closeButton = useRef<HTMLButtonElement>(null);
  useEffect(() => closeButton.current?.focus(), []);
  const lines = thread === undefined ? [] : [thread.root, ...thread.replies].map((root) => ({ root, replies: [] }));
  return (
    <aside
      className="ks-thread"
      aria-label="Thread"
      onKeyDown={(event) => event.key === 'Escape' && !event.defaultPrevented && onClose()}
    >
      <header className="ks-pane-head">
        <h2>Thread</h2>
        <span className="ks-hint">{channel.kind === 'direct' ? channel.name : `#${channel.name}`}</span>
        <button ref={closeButton} type="button" className="ks-icon" aria-label="Close thread" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {thread === undefined ? (
        <p className="ks-empty">This message is not there any more.</p>
      ) : (
        <MessageList channel={channel.id} label="Messages in the thread" threads={lines} />
      )}
      <Composer key={rootTs} channel={channel} threadTs={rootTs} />
    </aside>
  );
}
