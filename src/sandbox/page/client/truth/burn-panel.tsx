import { useMemo, useState } from 'react';
import type { TruthSection } from '../../protocol.ts';
import { type BurnMode, type BurnSeries, burnOf, dollars } from '../logic/burn.ts';
import { BurnChart } from './burn-chart.tsx';
import { seriesColor } from './series-color.ts';

const HOUR_MS = 3_600_000;
const SPANS = [
  { label: '6 h', spanMs: 6 * HOUR_MS },
  { label: '2 days', spanMs: 48 * HOUR_MS },
];
const LEGEND_MAX = 6;

export function BurnPanel({ truth, theme }: { truth: TruthSection; theme: 'light' | 'dark' }) {
  const [mode, setMode] = useState<BurnMode>('total');
  const [spanMs, setSpanMs] = useState(6 * HOUR_MS);
  const { seconds, series } = useMemo(() => burnOf(truth, { mode, spanMs }), [truth, mode, spanMs]);
  const stolen = truth.keys.reduce((sum, key) => sum + key.stolenMicroUsd, 0);
  return (
    <section className="ks-truth-part" aria-labelledby="ks-burn-title">
      <h3 id="ks-burn-title">Money burned per key</h3>
      <p className={stolen > 0 ? 'ks-stolen' : 'ks-hint'} data-testid="stolen-total">
        {stolen > 0 ? `${dollars(stolen)} stolen so far` : 'Nothing has been stolen.'}
      </p>
      <fieldset className="ks-segments" aria-label="What the chart shows">
        <Segment isOn={mode === 'total'} label="Adding up" onPress={() => setMode('total')} />
        <Segment isOn={mode === 'pace'} label="Per hour" onPress={() => setMode('pace')} />
        <span className="ks-grow" />
        {SPANS.map((span) => (
          <Segment
            key={span.label}
            isOn={span.spanMs === spanMs}
            label={span.label}
            onPress={() => setSpanMs(span.spanMs)}
          />
        ))}
      </fieldset>
      <BurnChart seconds={seconds} series={series} theme={theme} summary={summaryOf(series, mode)} />
      <Legend series={series} />
    </section>
  );
}

function Segment({ isOn, label, onPress }: { isOn: boolean; label: string; onPress: () => void }) {
  return (
    <button type="button" aria-pressed={isOn} onClick={onPress}>
      {label}
    </button>
  );
}

function Legend({ series }: { series: readonly BurnSeries[] }) {
  const biggest = [...series].sort((one, other) => rank(other) - rank(one)).slice(0, LEGEND_MAX);
  return (
    <ul className="ks-legend">
      {biggest.map((one) => (
        <li key={one.id} className={one.isStolen ? 'ks-legend-stolen' : ''}>
          <span aria-hidden="true" className="ks-swatch" style={{ background: seriesColor(one, series) }} />
          {one.name}
          {one.isStolen && ' (stolen)'}
        </li>
      ))}
      {series.length > LEGEND_MAX && <li>and {series.length - LEGEND_MAX} more</li>}
    </ul>
  );
}

function rank({ isStolen, dollars: values }: BurnSeries): number {
  return (isStolen ? 1e9 : 0) + Math.max(0, ...values);
}

function summaryOf(series: readonly BurnSeries[], mode: BurnMode): string {
  const unit = mode === 'total' ? '' : ' an hour';
  const lines = [...series]
    .sort((one, other) => rank(other) - rank(one))
    .slice(0, LEGEND_MAX)
    .map(({ name, isStolen, dollars: values }) => {
      const last = dollars((values.at(-1) ?? 0) * 1e6);
      return `${name}${isStolen ? ' (stolen)' : ''}: ${last}${unit}`;
    });
  return `Chart of money burned per key. ${lines.join('; ')}`;
}
