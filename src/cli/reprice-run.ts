import { providerIdOf } from '../config/provider-env.ts';
import { AppError } from '../domain/errors.ts';
import { formatMoney, rateText } from '../domain/money.ts';
import type { Policy } from '../domain/policy.ts';
import { DAY_MS, floorTo, plural } from '../domain/time.ts';
import type { Store, UsageRange } from '../ports/store.ts';
import { createPriceTable } from '../providers/lib/price-table.ts';
import { type RepriceReport, repriceUsage } from '../services/usage/reprice-usage.ts';
import { systemClock } from '../system/clock.ts';
import { cliActor, openOwnStore, ownPolicy } from './installation.ts';
import { out } from './output.ts';

export interface RepriceArguments {
  readonly from?: number;
  readonly to?: number;
  readonly provider?: string;
  readonly dryRun: boolean;
  readonly json: boolean;
}

export async function reprice({ from, to, provider, dryRun, json }: RepriceArguments): Promise<void> {
  const window = windowOf(from, to);
  const policy = ownPolicy();
  const prices = createPriceTable({ overrides: policy.prices });
  const store = openOwnStore();
  try {
    const providerOf = await connectionsOf(store, provider);
    const report = await repriceUsage(
      { store, clock: systemClock, prices },
      { window, providerOf, actor: cliActor(), dryRun },
    );
    if (json) out(`${JSON.stringify({ ...report, from, to, dryRun }, null, 2)}\n`);
    else out(reportText(report, { policy, dryRun }));
  } finally {
    await store.close();
  }
}

/** Null where neither end was given. */
function windowOf(from: number | undefined, to: number | undefined): UsageRange | null {
  if (from === undefined && to === undefined) return null;
  const window = { from: from ?? 0, to: floorTo(to ?? systemClock.now(), DAY_MS) + DAY_MS };
  if (window.from < window.to) return window;
  const publicMessage = 'The window is empty: --to is before --from.';
  throw new AppError({ code: 'invalid_input', message: publicMessage, publicMessage });
}

/** By connection id the provider that prices it; of those that were ever polled. */
async function connectionsOf(store: Store, wanted: string | undefined): Promise<ReadonlyMap<string, string>> {
  const known = (await store.read.watermarks.all()).map(({ connectionId }) => connectionId).sort();
  const chosen = known.filter((id) => wanted === undefined || id === wanted || providerIdOf(id) === wanted);
  if (chosen.length > 0) return new Map(chosen.map((id) => [id, providerIdOf(id)]));
  const publicMessage =
    known.length === 0
      ? 'There is no usage yet: nothing was ever polled.'
      : `There is no usage of ${wanted ?? ''}. Known: ${known.join(', ')}.`;
  throw new AppError({ code: 'invalid_input', message: publicMessage, publicMessage });
}

function reportText(report: RepriceReport, { policy, dryRun }: { policy: Policy; dryRun: boolean }): string {
  const { rows, changed, models, version } = report;
  const priced = `with ${version}`;
  if (changed === 0) return `${plural(rows, 'row')} looked at; all are priced ${priced} already.\n`;
  const money = (microUsd: number) => formatMoney(microUsd, policy.currency);
  const line = (name: string, before: number, after: number) => `  ${name}: ${money(before)} → ${money(after)}`;
  const rate = rateText(policy.currency);
  const lines = [
    `${dryRun ? 'Would price' : 'Priced'} ${changed.toLocaleString('en-US')} of ${plural(rows, 'row')} again ${priced}${rate === null ? '' : `; ${rate}`}:`,
    ...models.map((sum) => line(nameOf(sum), sum.beforeMicroUsd, sum.afterMicroUsd)),
    line('in sum', report.beforeMicroUsd, report.afterMicroUsd),
    ...(dryRun ? ['Nothing was changed.'] : ['Sums of open alerts follow at the next poll.']),
  ];
  return `${lines.join('\n')}\n`;
}

function nameOf({ model, endpoint }: RepriceReport['models'][number]): string {
  return model === '' ? endpoint : `${model} (${endpoint})`;
}
