import { InvalidArgumentError } from 'commander';
import { AppError } from '../domain/errors.ts';
import { entryJson } from '../domain/inventory-entry.ts';
import { type SheetView, sheetOf } from '../domain/key-columns.ts';
import type { KeySort } from '../domain/key-query.ts';
import { formatMoney, US_DOLLAR } from '../domain/money.ts';
import type { Policy } from '../domain/policy.ts';
import { formatLength, plural } from '../domain/time.ts';
import type { SheetFormat } from '../ports/sheet.ts';
import type { Store } from '../ports/store.ts';
import { askKeys } from '../services/inventory/ask-keys.ts';
import { describeEntries } from '../services/inventory/describe-entries.ts';
import { keyInsights } from '../services/inventory/key-insights.ts';
import type { KeySummary } from '../services/inventory/list-keys.ts';
import { applyImport } from '../services/sheets/apply-import.ts';
import { exportKeys } from '../services/sheets/export-keys.ts';
import type { ImportPlan } from '../services/sheets/import-plan.ts';
import { readImport } from '../services/sheets/import-sheet.ts';
import { sheets } from '../sheets/sheets.ts';
import { breathe } from '../system/breathe.ts';
import { systemClock } from '../system/clock.ts';
import { readBytes, writeBytes } from '../system/files.ts';
import { systemIds } from '../system/ids.ts';
import { cliActor, openOwnStore, ownPolicyOrDefault, ownPolicyOrNull } from './installation.ts';
import { faultsJson, planJson, planText } from './keys-text.ts';
import { offlineProviders } from './offline-providers.ts';
import { err, out, printable } from './output.ts';
import { storedDeps } from './stored-deps.ts';
import { tableOf } from './table.ts';

export interface ListOptions {
  readonly json: boolean;
  readonly csv: boolean;
  readonly sort?: KeySort;
}

export interface ExportOptions {
  readonly view: SheetView;
}

export interface ImportOptions {
  readonly apply: boolean;
  readonly json: boolean;
}

export function listInventory(filters: readonly string[], { json, csv, sort }: ListOptions): Promise<number> {
  if (json && csv) throw new InvalidArgumentError('error: give --json or --csv, not both.');
  return withStore(async (store) => {
    const policy = ownPolicyOrDefault();
    const keys = await asked({ store, policy }, sort === undefined ? filters : [...filters, `sort:${sort}`]);
    if (!json && !csv) {
      out(listText(keys, await namesIn(store)));
      return 0;
    }
    const insights = await keyInsights(await storedDeps(store, policy));
    const entries = await describeEntries({ store, clock: systemClock, policy }, keys, insights);
    if (json) out(`${JSON.stringify(entries.map(entryJson), null, 2)}\n`);
    else
      out(
        new TextDecoder().decode(await sheets.write('csv', sheetOf(entries, { view: 'all', now: systemClock.now() }))),
      );
    return 0;
  });
}

export function exportInventory(file: string, filters: readonly string[], { view }: ExportOptions): Promise<number> {
  const format = formatOf(file);
  return withStore(async (store) => {
    const policy = ownPolicyOrDefault();
    const keys = await asked({ store, policy }, filters);
    const input = {
      actor: cliActor(),
      format,
      view,
      keys,
      filter: filters.join(' '),
      insights: await keyInsights(await storedDeps(store, policy)),
    };
    const { bytes } = await exportKeys({ store, clock: systemClock, sheets, policy }, input);
    writeBytes(file, bytes);
    err(`${plural(keys.length, 'key')} written to ${printable(file)}.\n`);
    return 0;
  });
}

/** A dry run changes nothing; an exit status of 1 says that the sheet has faults. */
export function importInventory(file: string, { apply, json }: ImportOptions): Promise<number> {
  return withStore(async (store) => {
    const policy = ownPolicyOrNull();
    if (policy === null) throw noPolicy();
    const deps = { store, clock: systemClock, ids: systemIds, policy, providers: offlineProviders(), sheets, breathe };
    const reading = await readImport(deps, readBytes(file));
    if (!reading.ok) {
      if (json) out(faultsJson(reading));
      else err(planText.faults(reading));
      return 1;
    }
    if (apply) await applyImport(deps, cliActor(), reading.plan);
    out(json ? planJson(reading.plan, apply) : summaryOf(reading.plan, apply, file));
    return 0;
  });
}

function summaryOf(plan: ImportPlan, isApplied: boolean, file: string): string {
  return `${planText.changes(plan)}${planText.verdict(plan, { isApplied, file: printable(file) })}`;
}

interface Own {
  readonly store: Store;
  readonly policy: Policy;
}

async function asked({ store, policy }: Own, filters: readonly string[]): Promise<readonly KeySummary[]> {
  const deps = { store, policy, clock: systemClock, providers: offlineProviders() };
  // A shell has taken the quotation marks away that keep words together.
  const text = filters.map((filter) => (/\s/.test(filter) ? quoted(filter) : filter)).join(' ');
  return (await askKeys(deps, { text, currency: policy.currency, askerId: null, command: 'keysteward keys list' }))
    .keys;
}

function quoted(filter: string): string {
  const [, name = '', value = ''] = /^([a-z]+:)?(.*)$/is.exec(filter.replaceAll('"', '')) ?? [];
  return `${name}"${value}"`;
}

/** People as Slack calls them, where they were seen there. */
async function namesIn(store: Store): Promise<ReadonlyMap<string, string>> {
  return new Map((await store.read.members.all()).map(({ userId, name }) => [userId, name]));
}

function listText(keys: readonly KeySummary[], names: ReadonlyMap<string, string>): string {
  if (keys.length === 0) return 'No key fits.\n';
  const now = systemClock.now();
  const rows = keys.map(({ key, lineage, providerTitle, scopeName, last30dMicroUsd }) => [
    lineage.slug,
    printable(providerTitle),
    printable(scopeName ?? ''),
    lineage.environment,
    ownerText(lineage.ownerSlackId, names),
    key.status,
    key.lastUsedAt === null ? 'no use seen' : `${formatLength(Math.max(0, now - key.lastUsedAt))} ago`,
    formatMoney(last30dMicroUsd, US_DOLLAR),
  ]);
  const head = ['name', 'provider', 'scope', 'environment', 'owner', 'status', 'last used', '30 days'];
  return `${tableOf([head, ...rows], [7])}${plural(keys.length, 'key')}\n`;
}

function ownerText(id: string | null, names: ReadonlyMap<string, string>): string {
  return id === null ? 'nobody' : printable(names.get(id) ?? id);
}

function formatOf(file: string): SheetFormat {
  if (/\.csv$/i.test(file)) return 'csv';
  if (/\.xlsx$/i.test(file)) return 'xlsx';
  throw new InvalidArgumentError('error: name a file that ends in .csv or .xlsx.');
}

async function withStore(run: (store: Store) => Promise<number>): Promise<number> {
  const store = openOwnStore();
  try {
    return await run(store);
  } finally {
    await store.close();
  }
}

function noPolicy(): AppError {
  const publicMessage =
    'An import is checked against policy.yml, and there is none. Set KEYSTEWARD_POLICY to the one you mean.';
  return new AppError({ code: 'invalid_config', message: 'no policy', publicMessage });
}
