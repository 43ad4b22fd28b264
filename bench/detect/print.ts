import type { MethodResult } from './measure.ts';

/** A result as a page of plain text. */
export function printResult(name: string, result: MethodResult, withMisses: boolean): string {
  const lines = [
    '',
    `== ${name} (${result.seconds.toFixed(1)} s)`,
    '   leak                leaks   paged  told in time   median min   p95 min   median $ lost',
    ...Object.entries(result.leaks).map(([kind, one]) => {
      const cells = [one.leaks, two(one.paged), two(one.toldInTime), one.medianMinutes, one.p95Minutes];
      return `   ${kind.padEnd(18)} ${row(cells, [6, 7, 13, 12, 9])} ${one.medianLostUsd.toFixed(2).padStart(15)}`;
    }),
    `   told in time by luck alone: tripled ${two(result.luck.tripled)}, low-and-slow ${two(result.luck['low-and-slow'])}`,
    `   tripled, day-to-day variation below 0.7: ${two(result.tripledSteady.toldInTime)} of ${result.tripledSteady.leaks}; quarters: ${result.tripledByVariation
      .map((one) => `${two(one.toldInTime)} of ${one.leaks} up to ${two(one.upTo)}`)
      .join(', ')}`,
    `   false pages: ${two(result.quiet.pagesPerKeyMonth)} a key and month, ${two(result.quiet.pagesPerCompanyWeek)} a company of 20 and week`,
    `   false notices in the channel: ${two(result.quiet.noticesPerKeyMonth)} a key and month, ${two(result.quiet.noticesPerCompanyWeek)} a company and week; lines in the digest: ${two(result.quiet.digestLinesPerKeyMonth)} a key and month`,
    `   by what was told: ${Object.entries(result.quiet.kinds)
      .sort(([, a], [, b]) => b - a)
      .map(([kind, count]) => `${kind} ${count}`)
      .join(', ')}`,
    `   false pages a company and week after 7, 14, 28 days of history: ${Object.values(result.byHistory)
      .map((one) => two(one.pagesPerCompanyWeek))
      .join(', ')}`,
  ];
  if (Object.keys(result.byHistory).length === 0) lines.pop();
  if (withMisses) lines.push(...result.misses.map(({ key, kind, why }) => `   missed ${kind} on ${key}: ${why}`));
  return `${lines.join('\n')}\n`;
}

function row(cells: readonly (number | string)[], widths: readonly number[]): string {
  return cells
    .map((cell, index) => (typeof cell === 'number' ? Math.round(cell).toString() : cell).padStart(widths[index] ?? 8))
    .join(' ');
}

function two(value: number): string {
  return value.toFixed(2);
}
