import { DAY_MS, floorTo } from './time.ts';
import { type Modality, type PriceSource, parseVariant, type UsageBucket } from './usage.ts';
import { TRAILING_MS } from './window.ts';

/** Usage of one day whose price nobody knows, as people are told of it. */
export interface UnpricedThing {
  readonly providerId: string;
  /** Empty for a tool. */
  readonly model: string;
  readonly endpoint: string;
  /** Null: text. */
  readonly modality: Modality | null;
  /** The first instant of the day, in UTC. */
  readonly dayAt: number;
}

export interface UnpricedDetail extends UnpricedThing {
  readonly costMicroUsd: number;
  readonly tokens: number;
  /** What the endpoint counts, where there are no tokens. */
  readonly requests: number;
  /** The model whose price was borrowed; null where there was none to borrow. */
  readonly pricedAs: string | null;
  /** US dollars per million tokens of the estimate, to be put right; null without one. */
  readonly rates: { readonly inputUsd: number; readonly cachedInputUsd: number; readonly outputUsd: number } | null;
  /** Of those that used it the dearest, at most three. */
  readonly keyIds: readonly string[];
  readonly keyCount: number;
  /** `running`: the day goes on. `over`: the sums are final. `priced`: it has a price now. */
  readonly state: 'running' | 'over' | 'priced';
}

// More of the same is worth an edit when it grew by a quarter; at each poll nobody would read it.
const GROWTH_TOLD = 1.25;
const SUMS = ['costMicroUsd', 'tokens', 'requests', 'keyCount'] as const;
/** So many keys are named; of the rest people read the number. */
export const KEYS_NAMED = 3;

/** Known prices of which only the kind is uncertain are the ordinary estimates, and no news. */
export function deservesNotice(source: PriceSource): boolean {
  return source === 'sibling' || source === 'unpriced';
}

type Row = Pick<UsageBucket, 'model' | 'endpoint' | 'variant' | 'startAt' | 'priceSource'>;

/** What of these rows people are told of: of today and yesterday, never of history that is only read now. */
export function unpricedThings(providerId: string, rows: readonly Row[], now: number): readonly UnpricedThing[] {
  const oldest = floorTo(now, DAY_MS) - DAY_MS;
  const things = new Map<string, UnpricedThing>();
  for (const row of rows) {
    if (row.startAt < oldest || !deservesNotice(row.priceSource)) continue;
    const thing = { ...kindOf(row), providerId, dayAt: floorTo(row.startAt, DAY_MS) };
    things.set(unpricedSubject(thing), thing);
  }
  return [...things.values()];
}

/** What a row is, but for its day: prices are written for these. */
export function kindOf({ model, endpoint, variant }: Pick<Row, 'model' | 'endpoint' | 'variant'>) {
  return { model, endpoint, modality: parseVariant(variant).modality ?? null };
}

export function unpricedSubject({ providerId, model, endpoint, modality, dayAt }: UnpricedThing): string {
  return JSON.stringify([providerId, endpoint, model, modality, dayAt]);
}

/** Polls read this far back: after it the sums of a day change no more. */
export function isDayOver({ dayAt }: UnpricedThing, now: number): boolean {
  return now >= dayAt + DAY_MS + TRAILING_MS;
}

/** Whether people should see the newer figures now. */
export function isWorthTelling(told: UnpricedDetail, newer: UnpricedDetail): boolean {
  const namesMore = newer.keyCount > told.keyCount && told.keyCount < KEYS_NAMED;
  const grew = SUMS.some((sum) => newer[sum] > told[sum] * GROWTH_TOLD);
  return told.state !== newer.state || told.pricedAs !== newer.pricedAs || namesMore || grew;
}
