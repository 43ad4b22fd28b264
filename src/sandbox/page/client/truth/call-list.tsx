import { useState } from 'react';
import type { TrueCall } from '../../protocol.ts';
import { timeOfDay } from '../logic/dates.ts';

const SHOWN_MAX = 60;

/** What the bot asked of the world, newest first. */
export function CallList({ calls }: { calls: readonly TrueCall[] }) {
  const [isChangesOnly, setIsChangesOnly] = useState(false);
  const shown = (isChangesOnly ? calls.filter(({ isChange }) => isChange) : calls).slice(0, SHOWN_MAX);
  return (
    <section className="ks-truth-part" aria-labelledby="ks-calls-title">
      <h3 id="ks-calls-title">What the bot called</h3>
      <label className="ks-choice ks-changes-only">
        <input type="checkbox" checked={isChangesOnly} onChange={() => setIsChangesOnly(!isChangesOnly)} />
        Only what may change something
      </label>
      <ol className="ks-calls">
        {shown.map((call, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same call may stand here twice, and keeps nothing of its own.
          <li key={`${call.at} ${call.what} ${shown.length - index}`} className={classOf(call)}>
            <time dateTime={new Date(call.at).toISOString()}>{timeOfDay(call.at)}</time>
            <span className="ks-call-to">{call.to}</span>
            <code title={call.what}>{call.what}</code>
            {call.isChange && <span className="ks-call-mark">change</span>}
            {!call.ok && <span className="ks-call-mark ks-call-failed">failed</span>}
          </li>
        ))}
        {shown.length === 0 && <li className="ks-hint">Nothing yet.</li>}
      </ol>
    </section>
  );
}

function classOf({ isChange, ok, to }: TrueCall): string {
  // A message to Slack changes something too, but what counts here is what happens to keys.
  const weight = isChange && to !== 'slack' ? 'ks-call-change' : '';
  return [weight, ok ? '' : 'ks-call-bad'].filter(Boolean).join(' ');
}
