import { loadDotEnv } from '../config/dotenv.ts';
import { plural } from '../domain/time.ts';
import { readTextFile } from '../system/files.ts';
import type { Line, State } from './doctor/check.ts';
import { examine, type Report } from './doctor/examine.ts';
import { out } from './output.ts';

const MARKS: Readonly<Record<State, string>> = { ok: 'ok', warning: 'warn', fault: 'FAULT', skipped: 'skip' };
const MARK_WIDTH = 7;

/** Prints the report; resolves with the exit code. */
export async function runDoctor({ json }: { readonly json: boolean }): Promise<number> {
  const report = await examine({ env: loadDotEnv(readTextFile, '.env', process.env) });
  out(json ? `${JSON.stringify({ canRun: report.canRun, checks: report.lines }, null, 2)}\n` : reportText(report));
  return report.canRun ? 0 : 1;
}

export function reportText({ canRun, lines }: Report): string {
  const faults = lines.filter(({ state }) => state === 'fault').length;
  const warnings = lines.filter(({ state }) => state === 'warning').length;
  const counts = [
    ...(faults > 0 ? [plural(faults, 'fault')] : []),
    ...(warnings > 0 ? [plural(warnings, 'warning')] : []),
  ].join(', ');
  const verdict = canRun ? 'Keysteward can run' : 'Keysteward cannot run';
  return `${lines.map(lineText).join('\n')}\n\n${verdict}${counts === '' ? '' : `: ${counts}`}.\n`;
}

export function lineText({ state, subject, what, remedy }: Line): string {
  const end = remedy === null ? '' : `. ${remedy}`;
  return `${MARKS[state].padEnd(MARK_WIDTH)}${subject}: ${what}${end}`;
}
