import type { ReactNode } from 'react';
import { placeOf } from '../logic/threads.ts';
import { usePage } from '../page-context.ts';

const OPENABLE = /^(?:https?:\/\/|mailto:)/i;

/** A permalink of the workspace opens here; an address outside in a tab of its own, when the person clicks. */
export function SafeLink({ href, children }: { href: string; children: ReactNode }) {
  const { channels, goTo } = usePage();
  const place = placeOf(href);
  if (place !== undefined && channels.some(({ id }) => id === place.channel)) {
    const { channel, ts, threadTs } = place;
    return (
      <button type="button" className="ks-link" onClick={() => goTo({ channel, threadTs: threadTs ?? ts })}>
        {children}
      </button>
    );
  }
  if (!OPENABLE.test(href)) return <span>{children}</span>;
  return (
    <a className="ks-link" href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}
