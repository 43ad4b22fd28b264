import { useEffect, useMemo, useRef } from 'react';
import uPlot from 'uplot';
import type { BurnSeries } from '../logic/burn.ts';
import { seriesColor } from './series-color.ts';

const HEIGHT_PX = 170;
const COLORS = {
  light: { text: '#454245', grid: '#e3e3e3' },
  dark: { text: '#b9babb', grid: '#383b40' },
};

interface ChartProps {
  readonly seconds: readonly number[];
  readonly series: readonly BurnSeries[];
  readonly theme: 'light' | 'dark';
  /** What the picture says, for who does not see it. */
  readonly summary: string;
}

export function BurnChart({ seconds, series, theme, summary }: ChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const data = useMemo<uPlot.AlignedData>(
    () => [[...seconds], ...series.map((one) => [...one.dollars])],
    [seconds, series],
  );
  // A new drawing only for new lines: new values are put into the old one.
  const lines = series.map(({ id, isStolen }) => `${id}${isStolen}`).join(' ');

  // biome-ignore lint/correctness/useExhaustiveDependencies: `lines` says when the drawing has other lines.
  useEffect(() => {
    const parent = frame.current;
    if (parent === null) return;
    const drawing = new uPlot(optionsOf(series, theme, parent.clientWidth), data, parent);
    plot.current = drawing;
    const watch = new ResizeObserver(() => drawing.setSize({ width: parent.clientWidth, height: HEIGHT_PX }));
    watch.observe(parent);
    return () => {
      watch.disconnect();
      drawing.destroy();
      plot.current = null;
    };
  }, [lines, theme]);
  useEffect(() => {
    plot.current?.setData(data);
  }, [data]);

  return <div ref={frame} className="ks-chart" role="img" aria-label={summary} style={{ height: HEIGHT_PX }} />;
}

function optionsOf(series: readonly BurnSeries[], theme: 'light' | 'dark', width: number): uPlot.Options {
  const { text, grid } = COLORS[theme];
  const axis: uPlot.Axis = { stroke: text, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
  return {
    width,
    height: HEIGHT_PX,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'UTC'),
    legend: { show: false },
    cursor: { show: false },
    padding: [10, 8, 0, 0],
    scales: { y: { range: (_plot, _min, max) => [0, Math.max(max * 1.08, 1)] } },
    axes: [
      {
        ...axis,
        space: 60,
        size: 30,
        values: (_plot, splits) => splits.map((at) => new Date(at * 1000).toISOString().slice(11, 16)),
      },
      { ...axis, size: 52, values: (_plot, splits) => splits.map((value) => `$${value}`) },
    ],
    series: [
      {},
      ...series.map((one) => ({
        label: one.name,
        stroke: seriesColor(one, series),
        width: one.isStolen ? 2.5 : 1.5,
        points: { show: false },
        ...(one.isStolen ? { fill: 'rgba(224, 30, 90, 0.14)' } : {}),
      })),
    ],
  };
}
