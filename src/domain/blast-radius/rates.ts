import { groupBy } from '../collections.ts';
import type { ModelRule, RateLimit } from '../limits.ts';

export const WINDOW_HOURS = 48;
const WINDOW_MINUTES = WINDOW_HOURS * 60;
/** 48 hours touch three days, and a daily limit may be used up on each. */
const WINDOW_DAYS = 3;
const MILLION = 1_000_000;
/** No request is larger, as far as providers say: what a limit of requests alone can let through. */
const LARGEST_REQUEST = { input: MILLION, output: 128_000 };
const BATCH_PRICE = 0.5;

/** The dearest tokens of a model, in micro-USD per million; null where nobody has a price. */
export interface ModelPrice {
  readonly inputMicroUsd: number | null;
  readonly outputMicroUsd: number | null;
  /** Of one picture, where pictures are limited. */
  readonly imageMicroUsd: number | null;
}

export interface RateInput {
  readonly rateLimits: readonly RateLimit[];
  readonly models: ModelRule;
  /** Models that are known to be there: a limit on all of them together lets the dearest through. */
  readonly otherModels: readonly string[];
  /** By the name that a rate limit, or a rule about models, has for it. */
  readonly priceOf: (model: string) => ModelPrice;
}

/** What rate limits let through in 48 hours. */
export interface RateBound {
  readonly knownMicroUsd: number;
  /** False: something may be called that no limit, or no price, is known of. */
  readonly isComplete: boolean;
  readonly assumptions: readonly string[];
}

const NO_BOUND: RateBound = {
  knownMicroUsd: 0,
  isComplete: false,
  assumptions: ['no rate limit of it can be read'],
};

/** All models at once, each as fast as its limits let it: a thief is not held to one. */
export function rateBound({ rateLimits, models, otherModels, priceOf }: RateInput): RateBound {
  if (rateLimits.length === 0) return NO_BOUND;
  const groups = groupBy<RateLimit, string | null>(rateLimits, ({ model }) => model);
  const ofAll = groups.get(null) ?? [];
  groups.delete(null);
  const callable = [...groups.values()].filter((limits) => mayCall(namesIn(limits), models));
  const prices = callable.map((limits) => dearest(namesIn(limits).map(priceOf)));
  const sums = callable.map((limits, index) => moneyOf(limits, prices[index] ?? NO_PRICE));
  const unlimited = models.mode === 'allow' ? models.models.filter((model) => !isCovered(model, callable)) : [];
  const known = sums.reduce<number>((sum, money) => sum + (money ?? 0), 0);
  // An allow list names all that there is; without one, other models may be there that no limit is told of.
  const isListed = sums.length > 0 || models.mode === 'allow';
  const isComplete = isListed && unlimited.length === 0 && sums.every((money) => money !== null);
  const others = otherModels.filter((model) => mayCall([model], models));
  const allPrice = dearest([...prices, ...[...unlimited, ...others].map(priceOf)]);
  const together = ofAll.length === 0 ? null : moneyOf(ofAll, allPrice);
  const assumptions = assumptionsOf(rateLimits, { unlimited: unlimited.length, unpriced: sums.includes(null) });
  if (together === null) return { knownMicroUsd: Math.round(known), isComplete, assumptions };
  const bounded = isComplete ? Math.min(known, together) : together;
  return { knownMicroUsd: Math.round(bounded), isComplete: true, assumptions };
}

const NO_PRICE: ModelPrice = { inputMicroUsd: null, outputMicroUsd: null, imageMicroUsd: null };

/** A limit can be told of several models at once: by a list, or as a text that lists them. */
function namesIn(limits: readonly RateLimit[]): readonly string[] {
  return limits[0]?.models ?? (limits[0]?.model ?? '').split(', ');
}

/** What all scopes of an organization let through together; null: a limit of it is not told. */
export function sharedBound({ rateLimits, priceOf }: Pick<RateInput, 'rateLimits' | 'priceOf'>): number | null {
  const shared = rateLimits.flatMap((limit) =>
    limit.sharedValue === undefined ? [] : [{ ...limit, value: limit.sharedValue }],
  );
  const bound = rateBound({ rateLimits: shared, models: { mode: 'all', models: [] }, otherModels: [], priceOf });
  return bound.isComplete ? bound.knownMicroUsd : null;
}

function mayCall(names: readonly string[], { mode, models }: ModelRule): boolean {
  if (mode === 'all') return true;
  return mode === 'allow' ? names.some((name) => models.includes(name)) : names.some((name) => !models.includes(name));
}

function isCovered(model: string, groups: readonly (readonly RateLimit[])[]): boolean {
  return groups.some((limits) => namesIn(limits).includes(model));
}

/** Of each kind the dearest; unknown where one of them is. */
function dearest(prices: readonly ModelPrice[]): ModelPrice {
  const most = (pick: (price: ModelPrice) => number | null) =>
    prices.reduce<number | null>((best, price) => {
      const own = pick(price);
      return own === null ? best : Math.max(best ?? 0, own);
    }, null);
  return {
    inputMicroUsd: most((price) => price.inputMicroUsd),
    outputMicroUsd: most((price) => price.outputMicroUsd),
    imageMicroUsd: most((price) => price.imageMicroUsd),
  };
}

type Unit = 'requests' | 'tokens' | 'input' | 'output' | 'images' | 'batch';

/** What a kind counts and over which time, read from the provider's word for it; null: it says nothing about money. */
export function readKind(kind: string): { readonly unit: Unit; readonly perWindow: number } | null {
  const perWindow = /day/.test(kind) ? WINDOW_DAYS : /minute|pm$|_tpm|_rpm/.test(kind) ? WINDOW_MINUTES : null;
  if (perWindow === null || /^fast_/.test(kind)) return null;
  if (/batch/.test(kind)) return { unit: 'batch', perWindow };
  if (/input_tokens|itpm/.test(kind)) return { unit: 'input', perWindow };
  if (/output_tokens|otpm/.test(kind)) return { unit: 'output', perWindow };
  if (/tokens|tpm/.test(kind)) return { unit: 'tokens', perWindow };
  if (/images/.test(kind)) return { unit: 'images', perWindow };
  return /requests|rpm/.test(kind) ? { unit: 'requests', perWindow } : null;
}

/** What one set of limits lets through, at the prices of its dearest model; null: as much as anybody likes. */
function moneyOf(limits: readonly RateLimit[], price: ModelPrice): number | null {
  const most = (wanted: Unit) =>
    limits.reduce((least, { kind, value }) => {
      const read = readKind(kind);
      return read?.unit === wanted && value !== null ? Math.min(least, value * read.perWindow) : least;
    }, Number.POSITIVE_INFINITY);
  const images = most('images');
  const ofImages = Number.isFinite(images) && price.imageMicroUsd !== null ? images * price.imageMicroUsd : 0;
  const { inputMicroUsd: input, outputMicroUsd: output } = price;
  if (input === null || output === null)
    return Number.isFinite(images) && price.imageMicroUsd !== null ? ofImages : null;
  const requests = most('requests');
  const bounds = {
    input: Math.min(most('input'), requests * LARGEST_REQUEST.input),
    output: Math.min(most('output'), requests * LARGEST_REQUEST.output),
    both: most('tokens'),
  };
  const tokens = dearestMix(bounds, { input: input / MILLION, output: output / MILLION });
  const batch = most('batch');
  const ofBatch = Number.isFinite(batch) ? (batch * (input + output) * BATCH_PRICE) / MILLION : 0;
  return tokens === null ? null : tokens + ofBatch + ofImages;
}

interface Bounds {
  readonly input: number;
  readonly output: number;
  readonly both: number;
}

/** The dearer kind first, the other with what is left. */
function dearestMix(bounds: Bounds, price: { readonly input: number; readonly output: number }): number | null {
  const [first, second] = price.output >= price.input ? (['output', 'input'] as const) : (['input', 'output'] as const);
  const ofFirst = Math.min(bounds[first], bounds.both);
  const left = Number.isFinite(bounds.both) ? bounds.both - ofFirst : Number.POSITIVE_INFINITY;
  const money = cost(ofFirst, price[first]) + cost(Math.min(bounds[second], left), price[second]);
  return Number.isFinite(money) ? money : null;
}

/** What is free stays free, however much of it there is. */
function cost(count: number, price: number): number {
  return price === 0 ? 0 : count * price;
}

function assumptionsOf(
  rateLimits: readonly RateLimit[],
  { unlimited, unpriced }: { readonly unlimited: number; readonly unpriced: boolean },
): readonly string[] {
  const units = new Set(rateLimits.map(({ kind }) => readKind(kind)?.unit ?? null));
  const said = ['all models that it may call are used at once, each as fast as its rate limits allow'];
  if (!units.has('tokens') && !units.has('output'))
    said.push('a request takes 1,000,000 tokens in and 128,000 out at most');
  if (rateLimits.some(({ kind }) => /day/.test(kind))) said.push('a daily limit is used up on three days');
  if (rateLimits.some(({ kind }) => /cache_aware/.test(kind)))
    said.push('what is read from caches is left out: no limit of it is told');
  if (units.has('batch')) said.push('batches cost half, and answer with as many tokens as they are asked with');
  if (units.has(null)) said.push('limits that say nothing about money are left out');
  if (unlimited > 0) said.push('of some models that it may call no rate limit is known');
  if (unpriced) said.push('of some models no limit in tokens, or no price, is known');
  return said;
}
