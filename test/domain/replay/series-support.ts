import type { Profile } from '../../../src/domain/profile.ts';
import { replay, type Told } from '../../../src/domain/replay/replay.ts';
import type { LineageSeries, UsageStream } from '../../../src/domain/replay/series.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';

/** A Monday. */
export const START = Date.UTC(2026, 0, 5);
export const POLLS = { pollMs: 5 * MINUTE_MS, lagMs: 5 * MINUTE_MS };
const MICRO = 1_000_000;

export interface Point {
  readonly at: number;
  readonly usd: number;
  readonly requests?: number;
  readonly model?: string;
  readonly endpoint?: string;
}

/** One stream for each model and endpoint, all buckets equally wide. */
export function seriesOf(points: readonly Point[], widthMs: number): LineageSeries {
  const names = [...new Set(points.map(nameOf))];
  const streams = names.map((name): UsageStream => {
    const own = points.filter((point) => nameOf(point) === name).toSorted((a, b) => a.at - b.at);
    const [model = '', endpoint = ''] = name.split(' ');
    return {
      model,
      endpoint,
      startAt: Float64Array.from(own, ({ at }) => at),
      widthMs,
      costMicroUsd: Float64Array.from(own, ({ usd }) => usd * MICRO),
      requests: Float64Array.from(own, ({ requests = 1 }) => requests),
    };
  });
  return { key: 'prod-api', streams };
}

function nameOf({ model = 'model-a', endpoint = 'completions' }: Point): string {
  return `${model} ${endpoint}`;
}

/** So many dollars an hour from one instant to before another. */
export function hourly(from: number, to: number, usd: number, rest: Omit<Point, 'at' | 'usd'> = {}): readonly Point[] {
  const hours = Math.round((to - from) / HOUR_MS);
  return Array.from({ length: hours }, (_, index) => ({ at: from + index * HOUR_MS, usd, ...rest }));
}

/** Each bucket as `parts` narrower ones. */
export function split(points: readonly Point[], widthMs: number, parts: number): readonly Point[] {
  return points.flatMap(({ usd, requests = 1, at, ...rest }) =>
    Array.from({ length: parts }, (_, part) => ({
      ...rest,
      at: at + (part * widthMs) / parts,
      usd: usd / parts,
      requests: requests / parts,
    })),
  );
}

export function told(points: readonly Point[], profile: Profile, widthMs = HOUR_MS): readonly Told[] {
  return replay(seriesOf(points, widthMs), { profile, ...POLLS });
}

/** What was told, in short: kind, severity, hours since the start. */
export function brief(all: readonly Told[]): readonly string[] {
  return all.map(({ kind, severity, at }) => `${kind} ${severity} ${((at - START) / HOUR_MS).toFixed(2)}`);
}

export const day = (count: number): number => START + count * DAY_MS;
