import { inOrder } from '../domain/analysis/analyze.ts';
import type { Folding } from '../domain/records/folding.ts';
import { seriesOf } from '../domain/records/series.ts';
import { type ReplayOptions, replay, type Told } from '../domain/replay/replay.ts';
import { MINUTE_MS } from '../domain/time.ts';
import { backtestJson, backtestText } from './backtest-text.ts';
import type { Collected } from './data/collect.ts';
import { type OfflineOptions, openOffline, readRows, tellUnpriced } from './data/offline.ts';
import { progressLine } from './data/progress.ts';
import { out } from './output.ts';

/** The factor that people are shown beside the one that holds. */
const OTHER_RATIO = 8;
const ACCELERATION = 'spend-acceleration';

/** All that a replay looks at. */
const SUMS_ONLY: Folding = { addresses: false, isKept: () => false };

export interface BacktestOptions extends OfflineOptions {
  readonly pollMinutes: number;
  readonly lagMinutes: number;
}

export async function backtest(path: string, options: BacktestOptions): Promise<void> {
  const offline = await openOffline(options);
  const collected = await readRows(path, offline, SUMS_ONLY);
  const replayed: ReplayOptions = {
    profile: offline.profile,
    pollMs: options.pollMinutes * MINUTE_MS,
    lagMs: options.lagMinutes * MINUTE_MS,
    calendar: offline.calendar,
    settings: offline.settings,
  };
  const told = replayAll(collected, replayed);
  tellUnpriced(offline);
  if (options.json) {
    out(backtestJson(told, offline));
    return;
  }
  const { store } = collected;
  const withOther = replayAll(collected, { ...replayed, settings: withRatio(offline.settings) });
  out(
    backtestText({
      told,
      other: { ratio: OTHER_RATIO, told: withOther },
      span: store.span,
      keys: store.keys().length,
      offline,
    }),
  );
}

function replayAll({ store, report }: Collected, options: ReplayOptions): readonly Told[] {
  const line = progressLine('Replaying');
  const keys = store.keys();
  const told = keys.flatMap((key, index) => {
    line.show(index / keys.length);
    const rows = store.rowsOf(key);
    return rows === undefined ? [] : replay(seriesOf(rows, report.kind), options);
  });
  line.end();
  return inOrder(told);
}

function withRatio(settings: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const section = settings[ACCELERATION];
  const own = typeof section === 'object' && section !== null ? section : {};
  return { ...settings, [ACCELERATION]: { ...own, ratio: OTHER_RATIO } };
}
