import { analyzeKey, inOrder, type KeyFinding } from '../domain/analysis/analyze.ts';
import { limitsOf } from '../domain/analysis/limits.ts';
import { analysisJson, analysisText } from './analyze-text.ts';
import type { Collected } from './data/collect.ts';
import { type Offline, type OfflineOptions, openOffline, readRows, tellUnpriced } from './data/offline.ts';
import { progressLine } from './data/progress.ts';
import { out } from './output.ts';

export interface AnalyzeOptions extends OfflineOptions {
  readonly history: string;
  readonly records: string;
}

export async function analyze(options: AnalyzeOptions): Promise<void> {
  const offline = await openOffline(options);
  const history = await readRows(options.history, offline);
  const records = await readRows(options.records, offline);
  const found = analyzeAll({ history, records }, offline);
  tellUnpriced(offline);
  const keys = records.store.keys().length;
  const unknown = records.store.keys().filter((key) => !history.store.has(key)).length;
  out(options.json ? analysisJson(found, offline) : analysisText(found, { keys, unknown, offline }));
}

function analyzeAll(
  { history, records }: { readonly history: Collected; readonly records: Collected },
  { profile, calendar, settings }: Offline,
): readonly KeyFinding[] {
  const options = { profile, calendar, limits: limitsOf(settings) };
  const line = progressLine('Comparing');
  const keys = records.store.keys();
  const found = keys.flatMap((key, index) => {
    line.show(index / keys.length);
    const rows = records.store.rowsOf(key);
    const past = history.store.rowsOf(key);
    if (rows === undefined) return [];
    const known = past === undefined ? null : { rows: past, kind: history.report.kind };
    return analyzeKey({ rows, kind: records.report.kind }, known, options);
  });
  line.end();
  return inOrder(found);
}
