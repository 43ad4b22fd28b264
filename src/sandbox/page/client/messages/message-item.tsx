import { memo, useMemo } from 'react';
import type { PageMessage } from '../../protocol.ts';
import { BlockList } from '../blocks/block-list.tsx';
import { LibraryBlock } from '../blocks/library-block.tsx';
import { shortDate, timeOfDay } from '../logic/dates.ts';
import { richText } from '../logic/mrkdwn.ts';
import { usePage } from '../page-context.ts';
import { Icon } from '../shell/icon.tsx';
import { Attachment } from './attachment.tsx';
import { Avatar } from './avatar.tsx';
import { FilePreview } from './file-preview.tsx';
import { ReplyBar } from './reply-bar.tsx';

interface ItemProps {
  readonly channel: string;
  readonly message: PageMessage;
  readonly replies?: readonly PageMessage[];
  readonly onThread?: (ts: string) => void;
}

export const MessageItem = memo(function MessageItem({ channel, message, replies = [], onThread }: ItemProps) {
  const { people } = usePage();
  const author = people.find(({ id }) => id === message.user);
  const name = author?.realName || author?.name || message.user;
  const { ts, at, isEphemeral } = message;
  return (
    <article
      className={`ks-message${isEphemeral ? ' ks-ephemeral' : ''}`}
      data-ts={ts}
      aria-label={`${name} at ${timeOfDay(at)}`}
    >
      <Avatar person={author} />
      <div className="ks-message-main">
        {isEphemeral && (
          <p className="ks-only-you">
            <Icon name="eye" size={13} /> Only visible to you
          </p>
        )}
        <p className="ks-message-head">
          <strong>{name}</strong>
          {author?.isBot === true && <span className="ks-app">APP</span>}
          <time dateTime={new Date(at).toISOString()} title={`${shortDate(at)}, ${timeOfDay(at)} UTC`}>
            {timeOfDay(at)}
          </time>
          {message.isEdited && <span className="ks-edited">(edited)</span>}
          {onThread !== undefined && !isEphemeral && !message.isDeleted && (
            <button type="button" className="ks-reply" onClick={() => onThread(ts)}>
              Reply in thread
            </button>
          )}
        </p>
        <MessageBody channel={channel} message={message} isBot={author?.isBot === true} />
        {replies.length > 0 && onThread !== undefined && <ReplyBar replies={replies} onOpen={() => onThread(ts)} />}
      </div>
    </article>
  );
});

function MessageBody({ channel, message, isBot }: { channel: string; message: PageMessage; isBot: boolean }) {
  const { ts, blocks, text, attachments, files, isDeleted } = message;
  const place = useMemo(() => ({ channel, ts }), [channel, ts]);
  const typed = useMemo(() => richText(text), [text]);
  if (isDeleted) return <p className="ks-gone">This message was deleted.</p>;
  // The blocks of what a person typed repeat the text, without the mentions in it.
  const hasBlocks = isBot && blocks.length > 0;
  return (
    <div className="ks-message-body">
      {hasBlocks ? <BlockList blocks={blocks} place={place} /> : text !== '' && <LibraryBlock block={typed} />}
      {attachments.map((attachment, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: attachments have no other name than their place.
        <Attachment key={index} attachment={attachment} place={place} />
      ))}
      {files.map((file) => (
        <FilePreview key={file.id} file={file} />
      ))}
    </div>
  );
}
