import type { ReactNode } from 'react';
import type { ClockSection, Speed } from '../../protocol.ts';
import { shortDate, timeOfDay } from '../logic/dates.ts';
import { usePage } from '../page-context.ts';
import { Icon } from './icon.tsx';

const SPEEDS: readonly { readonly speed: Speed; readonly label: ReactNode; readonly name: string }[] = [
  { speed: 0, label: <Icon name="pause" size={13} />, name: 'Pause' },
  { speed: 1, label: '1×', name: 'Real time' },
  { speed: 60, label: '60×', name: '60 times faster' },
  { speed: 600, label: '600×', name: '600 times faster' },
];

export function TimeControls({ clock }: { clock: ClockSection | undefined }) {
  const { orders } = usePage();
  return (
    <fieldset className="ks-time" aria-label="Time">
      <Clock clock={clock} />
      <div className="ks-segments">
        {SPEEDS.map(({ speed, label, name }) => (
          <button
            key={speed}
            type="button"
            aria-label={name}
            title={name}
            aria-pressed={clock?.speed === speed && !clock.isSeeking}
            disabled={clock === undefined}
            onClick={() => void orders.time({ speed })}
          >
            <span aria-hidden="true">{label}</span>
          </button>
        ))}
        <button
          type="button"
          aria-pressed={clock?.isSeeking === true}
          disabled={clock === undefined || clock.hasEnded}
          title="Run until something happens that somebody can see"
          onClick={() => void orders.time({ seek: true })}
        >
          Next event <Icon name="next" size={12} />
        </button>
      </div>
    </fieldset>
  );
}

function Clock({ clock }: { clock: ClockSection | undefined }) {
  if (clock === undefined) return <p className="ks-clock">…</p>;
  return (
    <p className="ks-clock">
      <time dateTime={new Date(clock.now).toISOString()} data-testid="clock">
        <span>{shortDate(clock.now)}</span> <strong>{timeOfDay(clock.now)} UTC</strong>
      </time>
      <span className="ks-pace">{paceLine(clock)}</span>
    </p>
  );
}

function paceLine({ speed, pace, isSeeking, hasEnded, hasFailed }: ClockSection): string {
  if (hasFailed) return 'stands still';
  if (hasEnded) return 'the story has ended';
  if (isSeeking) return 'running to the next event…';
  if (speed === 0) return 'paused';
  if (pace !== speed) return `${pace}× while a dialog or a click is open`;
  return 'simulated time';
}
