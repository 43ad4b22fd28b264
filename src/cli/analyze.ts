import type { Command } from 'commander';
import { analyzeKey, inOrder, type KeyFinding } from '../domain/analysis/analyze.ts';
import { limitsOf } from '../domain/analysis/limits.ts';
import { analysisJson, analysisText } from './analyze-text.ts';
import type { Collected } from './data/collect.ts';
import {
  type Offline,
  type OfflineOptions,
  openOffline,
  profileOption,
  readRows,
  tellUnpriced,
} from './data/offline.ts';
import { progressLine } from './data/progress.ts';
import { out } from './output.ts';

interface AnalyzeOptions extends OfflineOptions {
  readonly history: string;
  readonly records: string;
}

export function addAnalyzeCommand(program: Command): void {
  program
    .command('analyze')
    .description('holds records against a history, without Slack or admin keys (docs/data-formats.md)')
    .requiredOption('--history <file>', 'what is usual: usage buckets or requests, CSV or JSON lines, also gzip')
    .requiredOption('--records <file>', 'what is looked at, in either form')
    .addOption(profileOption())
    .option('--policy <file>', 'take settings, prices and calendar from a policy.yml')
    .option('--json', 'as JSON on stdout', false)
    .action(analyze);
}

async function analyze(options: AnalyzeOptions): Promise<void> {
  const offline = openOffline(options);
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
