import type { PageMessage } from '../../protocol.ts';
import { dateText } from '../logic/dates.ts';
import { useNow, usePage } from '../page-context.ts';
import { Avatar } from './avatar.tsx';

const FACES_MAX = 3;

export function ReplyBar({ replies, onOpen }: { replies: readonly PageMessage[]; onOpen: () => void }) {
  const { people } = usePage();
  const now = useNow();
  const authors = [...new Set(replies.map(({ user }) => user))].slice(0, FACES_MAX);
  const last = replies.at(-1)?.at ?? now;
  return (
    <button type="button" className="ks-replies" onClick={onOpen}>
      {authors.map((author) => (
        <Avatar key={author} person={people.find(({ id }) => id === author)} isSmall />
      ))}
      <strong>
        {replies.length} {replies.length === 1 ? 'reply' : 'replies'}
      </strong>
      <span className="ks-hint">Last reply {dateText(last, '{ago}', now)}</span>
    </button>
  );
}
