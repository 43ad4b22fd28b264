import { type InventoryEntry, isoOf } from './inventory-entry.ts';
import { MICRO_USD_PER_USD } from './money.ts';
import { scrubSecrets } from './secret.ts';
import { DAY_MS } from './time.ts';

export type Cell = string | number | null;

export interface KeyColumn {
  readonly id: ColumnId;
  readonly title: string;
  /** Other words at the head of a column that mean it; folded. */
  readonly aliases?: readonly string[];
  cell(entry: InventoryEntry, now: number): Cell;
}

/** What an import takes over; every other column is for reading. */
export const FACT_COLUMNS = ['owner', 'environment', 'workload', 'cap', 'retention', 'allowed', 'consumers'] as const;
export type FactColumn = (typeof FACT_COLUMNS)[number];
/** What an import takes over for keys that people registered. */
export const IDENTITY_COLUMNS = ['name', 'provider', 'hint', 'label', 'created', 'status', 'watched'] as const;
export type IdentityColumn = (typeof IDENTITY_COLUMNS)[number];

const NO_CAP = 'none';

const READ_COLUMNS = [
  'used',
  'provider-owner',
  'owner-standing',
  'scope',
  'models',
  'endpoints',
  'kind',
  'age',
  'expires',
  'rotation',
  'month',
  'month-30',
  'blast',
  'stored',
  'id',
] as const;
export type ColumnId = FactColumn | IdentityColumn | (typeof READ_COLUMNS)[number];

/** Every column, in the order of the full sheet. */
export const KEY_COLUMNS: readonly KeyColumn[] = [
  { id: 'name', title: 'Name', aliases: ['slug', 'lineage'], cell: ({ slug }) => slug },
  { id: 'provider', title: 'Provider', cell: ({ providerTitle }) => textOf(providerTitle) },
  {
    id: 'hint',
    title: 'Prefix',
    aliases: ['hint', 'key', 'key hint', 'last four'],
    cell: ({ hint }) => textOf(hint),
  },
  { id: 'label', title: 'Label', aliases: ['key label'], cell: ({ label }) => textOf(label) },
  { id: 'created', title: 'Created', cell: ({ createdAt }) => isoOf(createdAt) },
  { id: 'used', title: 'Last used', cell: ({ lastUsedAt }) => isoOf(lastUsedAt) },
  { id: 'owner', title: 'Owner', cell: ({ ownerEmail, ownerSlackId }) => ownerEmail ?? ownerSlackId },
  {
    id: 'owner-standing',
    title: 'Ownership',
    cell: ({ ownerSlackId, ownerStanding }) => (ownerSlackId === null ? null : ownerStanding),
  },
  { id: 'provider-owner', title: 'Owner at the provider', cell: ({ providerOwner }) => textOf(providerOwner) },
  { id: 'environment', title: 'Environment', aliases: ['env'], cell: ({ environment }) => environment },
  { id: 'workload', title: 'Workload', cell: ({ workload }) => workload },
  { id: 'scope', title: 'Scope', aliases: ['project', 'workspace'], cell: ({ scope }) => textOf(scope) },
  { id: 'models', title: 'Models (30 days)', cell: ({ models }) => joined(models, ' ') },
  { id: 'endpoints', title: 'Endpoints (30 days)', cell: ({ endpoints }) => joined(endpoints, ' ') },
  { id: 'status', title: 'Status', cell: ({ status }) => status },
  { id: 'kind', title: 'Kind', cell: ({ kind }) => kind },
  { id: 'watched', title: 'Watched', cell: ({ isWatched }) => (isWatched ? 'yes' : 'no') },
  {
    id: 'age',
    title: 'Age (days)',
    cell: ({ createdAt }, now) => (createdAt === null ? null : Math.max(0, Math.floor((now - createdAt) / DAY_MS))),
  },
  { id: 'expires', title: 'Expires', cell: ({ expiresAt }) => isoOf(expiresAt) },
  { id: 'rotation', title: 'Rotation due', cell: ({ rotationDueAt }) => isoOf(rotationDueAt) },
  {
    id: 'cap',
    title: 'Cap (USD a month)',
    aliases: ['cap', 'monthly cap'],
    // That there is to be none is said, and is not the same as silence.
    cell: ({ capMicroUsd, capOrigin }) => (capMicroUsd === null && capOrigin !== null ? NO_CAP : usd(capMicroUsd)),
  },
  { id: 'month', title: 'This month (USD)', cell: (entry) => usd(entry.monthToDateMicroUsd) },
  { id: 'month-30', title: 'Last 30 days (USD)', cell: ({ last30dMicroUsd }) => usd(last30dMicroUsd) },
  { id: 'blast', title: 'Blast radius (USD)', cell: ({ blastRadiusMicroUsd }) => usd(blastRadiusMicroUsd) },
  {
    id: 'retention',
    title: 'Retention promise',
    aliases: ['retention', 'promise'],
    cell: ({ retention }) => retention,
  },
  { id: 'allowed', title: 'Allowed models', cell: ({ allowedModels }) => joined(allowedModels ?? [], ' ') },
  { id: 'stored', title: 'Stored in', cell: ({ storedIn }) => joined(storedIn ?? [], '; ') },
  { id: 'consumers', title: 'Consumers', cell: ({ consumers }) => joined(consumers, '; ') },
  { id: 'id', title: 'Key id', cell: ({ keyId }) => keyId },
];

export const SHEET_VIEWS = ['audit', 'all'] as const;
export type SheetView = (typeof SHEET_VIEWS)[number];

const AUDIT: readonly ColumnId[] = ['provider', 'hint', 'label', 'created', 'used'];

export function columnsOf(view: SheetView): readonly KeyColumn[] {
  return view === 'all' ? KEY_COLUMNS : KEY_COLUMNS.filter(({ id }) => AUDIT.includes(id));
}

export function columnNamed(id: ColumnId): KeyColumn | undefined {
  return KEY_COLUMNS.find((column) => column.id === id);
}

/** The head and a line for each key; the audit sheet by last use, the keys that nobody has used for longest first. */
export function sheetOf(
  entries: readonly InventoryEntry[],
  { view, now }: { readonly view: SheetView; readonly now: number },
): readonly (readonly Cell[])[] {
  const columns = columnsOf(view);
  const rows = view === 'audit' ? entries.toSorted(byLastUse) : entries;
  return [columns.map(({ title }) => title), ...rows.map((entry) => columns.map((column) => column.cell(entry, now)))];
}

/** Never used comes first: it is what an audit looks for. */
function byLastUse(a: InventoryEntry, b: InventoryEntry): number {
  return (a.lastUsedAt ?? 0) - (b.lastUsedAt ?? 0) || (a.slug < b.slug ? -1 : 1);
}

function usd(microUsd: number | null): number | null {
  return microUsd === null ? null : microUsd / MICRO_USD_PER_USD;
}

function joined(parts: readonly string[], separator: string): string | null {
  return textOf(parts.join(separator));
}

/** What came from outside, on one line, without a key in it; null for nothing. */
function textOf(text: string | null): string | null {
  const line = scrubSecrets(text ?? '')
    .replace(/[\p{Cc}\p{Cs}\s]+/gu, ' ')
    .trim();
  return line === '' ? null : line;
}
