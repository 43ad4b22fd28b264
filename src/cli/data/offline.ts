import { type Calendar, UTC_CALENDAR, zoneCalendar } from '../../domain/calendar.ts';
import { type DisplayCurrency, US_DOLLAR } from '../../domain/money.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Profile } from '../../domain/profile.ts';
import type { Folding } from '../../domain/records/folding.ts';
import { KeyNames } from '../../domain/records/key-names.ts';
import { plural } from '../../domain/time.ts';
import { PROVIDER_IDS } from '../../providers/lib/ids.ts';
import { createOfflinePrices, type PriceAnywhere } from '../../providers/lib/offline-prices.ts';
import { createPriceTable } from '../../providers/lib/price-table.ts';
import { err, printable } from '../output.ts';
import { type Collected, collectRows, type Unpriced } from './collect.ts';
import { progressLine } from './progress.ts';
import type { FileReport } from './read-file.ts';

const MODELS_TOLD = 10;

export interface OfflineOptions {
  readonly profile: Profile;
  readonly json: boolean;
  readonly policy?: string;
}

/** What a command works with that has nothing but files. */
export interface Offline {
  readonly profile: Profile;
  readonly calendar: Calendar;
  readonly timeZone: string;
  readonly currency: DisplayCurrency;
  /** Sections of policy.yml's `detectors`. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly names: KeyNames;
  readonly price: PriceAnywhere;
  readonly unpriced: Unpriced;
}

/** Strict follows the definitions, so of a policy it takes the prices alone. */
export async function openOffline({ profile, policy: path }: OfflineOptions): Promise<Offline> {
  const policy = path === undefined ? null : await policyAt(path);
  const isLoose = profile !== 'strict' && policy !== null;
  const timeZone = isLoose ? policy.calendar.timeZone : 'UTC';
  return {
    profile,
    timeZone,
    calendar: timeZone === 'UTC' ? UTC_CALENDAR : zoneCalendar(timeZone),
    currency: policy?.currency ?? US_DOLLAR,
    settings: isLoose ? policy.detectors : {},
    names: new KeyNames(),
    price: createOfflinePrices(createPriceTable({ overrides: policy?.prices ?? [] }), PROVIDER_IDS),
    unpriced: new Map(),
  };
}

/** What reads a policy knows all providers: loaded only where there is one. */
async function policyAt(path: string): Promise<Policy> {
  const installation = await import('../installation.ts');
  return installation.policyAt(path);
}

/** Reads a file and tells on stderr what is wrong with it. */
export async function readRows(
  path: string,
  { names, price, unpriced }: Offline,
  folding?: Folding,
): Promise<Collected> {
  const line = progressLine(`Reading ${printable(path)}`);
  const progress = (share: number | null) => line.show(share);
  const reading = { path, names, price, unpriced, progress };
  const collected = await collectRows(folding === undefined ? reading : { ...reading, folding });
  line.end();
  tellBadLines(collected.report);
  return collected;
}

function tellBadLines({ path, good, bad, badLines }: FileReport): void {
  for (const { number, why } of badLines) err(`${path}: line ${number}: ${printable(why)}\n`);
  if (bad > badLines.length) err(`${path}: … and ${plural(bad - badLines.length, 'more bad line')}\n`);
  if (bad > 0) err(`${path}: ${plural(bad, 'bad line')} left out, ${plural(good, 'line')} read.\n`);
}

/** Told once, at the end: costs that rest on a guess. */
export function tellUnpriced({ unpriced }: Offline): void {
  const models = [...unpriced].sort(([, a], [, b]) => b.rows - a.rows);
  for (const [model, { pricedAs, rows }] of models.slice(0, MODELS_TOLD)) {
    const name = model === '' ? 'lines without a model' : printable(model);
    const how = pricedAs === null ? 'has no price and counts as nothing' : `has no price; taken for ${pricedAs}`;
    err(`${name} ${how} (${plural(rows, 'line')}).\n`);
  }
  if (models.length > MODELS_TOLD) err(`… and ${plural(models.length - MODELS_TOLD, 'more model')} without a price.\n`);
  if (models.length > 0) err('Prices of your own: --policy, see docs/configuration.md.\n');
}
