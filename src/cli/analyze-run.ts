import { analyzeKey, inOrder, type KeyFinding } from '../domain/analysis/analyze.ts';
import { LOOK_BACK_MS } from '../domain/analysis/hour-check.ts';
import { limitsOf } from '../domain/analysis/limits.ts';
import type { Folding } from '../domain/records/folding.ts';
import { openAddressBook } from '../system/address-book.ts';
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
  const records = await readRows(options.records, offline);
  const history = await readRows(options.history, offline, historyOf(records));
  const found = analyzeAll({ history, records }, offline);
  tellUnpriced(offline);
  const keys = records.store.keys().length;
  const unknown = records.store.keys().filter((key) => !history.store.has(key)).length;
  out(options.json ? analysisJson(found, offline) : analysisText(found, { keys, unknown, offline }));
}

/** Of a history the checks read sums and names, and the costs just before the records one by one. */
function historyOf({ store, report }: Collected): Folding {
  return {
    addresses: true,
    isKept(key, at) {
      const firstAt = store.firstEndOf(key);
      // Buckets that are empty or told twice are left out later, so that the first may be a later one.
      return at > firstAt - LOOK_BACK_MS && (at < firstAt || report.kind === 'usage');
    },
  };
}

function analyzeAll(
  { history, records }: { readonly history: Collected; readonly records: Collected },
  { profile, calendar, settings }: Offline,
): readonly KeyFinding[] {
  const book = openAddressBook();
  const lookUp = (addresses: Iterable<string>) => book.lookUp(addresses);
  const options = { profile, calendar, limits: limitsOf(settings), lookUp };
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
