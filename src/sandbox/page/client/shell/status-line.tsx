import type { Connection } from '../hooks/use-feed.ts';
import type { Shown } from '../logic/sections.ts';

/** What stands between the person and a page that works, if anything. */
export function StatusLine({ shown, connection }: { shown: Shown; connection: Connection }) {
  const line = statusOf(shown, connection);
  return (
    <div role="status" className={line === null ? '' : `ks-status ks-status-${line.kind}`}>
      {line?.text}
    </div>
  );
}

function statusOf(shown: Shown, connection: Connection): { kind: 'calm' | 'bad'; text: string } | null {
  if (connection === 'lost') {
    return { kind: 'bad', text: 'The connection to the sandbox is lost. Trying again… (is npm start still running?)' };
  }
  if (connection === 'connecting') return { kind: 'calm', text: 'Connecting to the sandbox…' };
  if (shown.stories?.playing === null)
    return { kind: 'calm', text: 'The story is being set up: a company, its keys, a month of traffic…' };
  if (shown.clock?.hasFailed === true) {
    return {
      kind: 'bad',
      text: 'The sandbox itself has failed, so time stands still: its terminal says why. Choose a story above to begin anew.',
    };
  }
  if (shown.clock?.hasEnded === true) {
    return {
      kind: 'calm',
      text: 'The story has ended. Look around as long as you like, or choose another story above.',
    };
  }
  return null;
}
