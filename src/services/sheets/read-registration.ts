import { isWatched, type KeyStatus } from '../../domain/key.ts';
import { type ColumnId, columnNamed } from '../../domain/key-columns.ts';
import { hintFault, holdsKey, PASTED_KEY } from '../../domain/key-hint.ts';
import { folded, statusNamed } from '../../domain/key-query.ts';
import { DAY_MS } from '../../domain/time.ts';
import { type Inventory, type Known, type Row, textOf } from './find-row.ts';
import type { FieldChange, KeyFacts, Registration } from './import-plan.ts';

export const PROVIDER_MAX = 40;
export const LABEL_MAX = 100;
const DATE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/;

interface Fault<Id> {
  readonly fault: { readonly id: Id; readonly why: string };
}

interface Surroundings {
  readonly inventory: Inventory;
  readonly now: number;
  /** Looking for what was meant takes long; nobody reads it of the hundredth fault. */
  readonly mayLookFurther: boolean;
}

/** A line that means no key that there is: one of a provider that cannot be listed, or a slip of the finger. */
export function readRegistration(
  row: Row,
  { inventory, now, mayLookFurther }: Surroundings,
):
  | { readonly registration: Omit<Registration, 'slug' | 'facts'>; readonly wantedSlug: string }
  | Fault<ColumnId | null> {
  const wantedSlug = row.text('name');
  const provider = oneLine(row.text('provider'));
  const isOther = folded(row.text('watched')) === 'no';
  if (provider === '')
    return wrong(
      'name',
      `there is no key of this name.${near(inventory, wantedSlug, mayLookFurther)} To register a new one, name its Provider.`,
    );
  if (inventory.isWatchedProvider(provider) && !isOther)
    return wrong(
      wantedSlug === '' ? null : 'name',
      `there is no such key at this provider, whose keys appear by themselves.${near(inventory, wantedSlug, mayLookFurther)} For an account that is not connected write no under Watched.`,
    );
  if (provider.length > PROVIDER_MAX) return wrong('provider', `at most ${PROVIDER_MAX} characters.`);
  const facts = readKeyFacts(row, now);
  if ('fault' in facts) return facts;
  const { label = '', hint = null, createdAt = null, status = 'active' } = facts.said;
  const name = label || oneLine(wantedSlug);
  if (name === '') return wrong('label', 'a new key needs a Label or a Name.');
  if (holdsKey(wantedSlug)) return wrong('name', PASTED_KEY);
  if (holdsKey(provider)) return wrong('provider', PASTED_KEY);
  return { registration: { provider, label: name, hint, createdAt, status }, wantedSlug };
}

/** What a line says of a registered key itself; nothing of one that its provider lists. */
export function readKeyChange(
  row: Row,
  { summary, entry }: Known,
  now: number,
): { readonly change: Partial<KeyFacts>; readonly words: readonly FieldChange[] } | Fault<ColumnId> {
  if (isWatched(summary.key)) return { change: {}, words: [] };
  const different = (['provider', 'label', 'hint', 'created', 'status'] as const).filter(
    (id) => row.has(id) && row.text(id) !== textOf(columnNamed(id)?.cell(entry, now) ?? null),
  );
  if (different.length === 0) return { change: {}, words: [] };
  const facts = readKeyFacts({ ...row, has: (id) => different.some((one) => one === id) }, now);
  if ('fault' in facts) return facts;
  const provider = oneLine(row.text('provider'));
  if (different.includes('provider') && (provider === '' || provider.length > PROVIDER_MAX || holdsKey(provider)))
    return { fault: { id: 'provider', why: `name it in at most ${PROVIDER_MAX} characters.` } };
  const change = { ...facts.said, ...(different.includes('provider') ? { providerId: provider } : {}) };
  const words = different.map((id) => ({
    field: columnNamed(id)?.title ?? id,
    from: textOf(columnNamed(id)?.cell(entry, now) ?? null),
    to: row.text(id),
  }));
  return { change, words };
}

type Facts = Partial<Pick<KeyFacts, 'label' | 'hint' | 'createdAt' | 'status'>>;

function readKeyFacts(row: Row, now: number): { readonly said: Facts } | Fault<ColumnId> {
  const said: { -readonly [Name in keyof Facts]: Facts[Name] } = {};
  if (row.has('label')) {
    const label = oneLine(row.text('label'));
    if (holdsKey(label)) return { fault: { id: 'label', why: PASTED_KEY } };
    if (label.length > LABEL_MAX) return { fault: { id: 'label', why: `at most ${LABEL_MAX} characters.` } };
    if (label !== '') said.label = label;
  }
  if (row.has('hint')) {
    const hint = oneLine(row.text('hint'));
    const why = hintFault(hint);
    if (why !== null) return { fault: { id: 'hint', why } };
    said.hint = hint === '' ? null : hint;
  }
  if (row.has('created')) {
    const createdAt = instantOf(row.text('created'));
    if (createdAt === 'unclear' || (createdAt ?? 0) > now + DAY_MS)
      return { fault: { id: 'created', why: 'give a day that is past, such as 2026-03-01.' } };
    said.createdAt = createdAt;
  }
  if (row.has('status')) {
    const status: KeyStatus | undefined = statusNamed(folded(row.text('status')) || 'active');
    if (status === undefined)
      return { fault: { id: 'status', why: 'say active, inactive, archived, expired or gone.' } };
    said.status = status;
  }
  return { said };
}

/** A day is its first instant, UTC. */
function instantOf(text: string): number | null | 'unclear' {
  if (text === '') return null;
  const hasZone = text.length === 10 || /(?:Z|[+-]\d{2}:\d{2})$/.test(text);
  const at = DATE.test(text) ? Date.parse(`${text.replace(' ', 'T')}${hasZone ? '' : 'Z'}`) : Number.NaN;
  return Number.isNaN(at) || at < 0 ? 'unclear' : at;
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\s]+/gu, ' ').trim();
}

function near(inventory: Inventory, slug: string, mayLook: boolean): string {
  const nearest = mayLook && slug !== '' ? inventory.nearest(slug) : undefined;
  return nearest === undefined ? '' : ` Did you mean ${nearest}?`;
}

function wrong(id: ColumnId | null, why: string): Fault<ColumnId | null> {
  return { fault: { id, why } };
}
