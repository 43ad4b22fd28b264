import { calcPrice, findProvider, type ModelPrice, type Provider } from '@pydantic/genai-prices';
import type { TokenRates } from '../../domain/price-override.ts';
import type { Modality, PriceSource } from '../../domain/usage.ts';
import { type ModelName, meansModel, readModelName, undated } from './model-name.ts';

/** Rates of requests whose input is larger than `above`. */
export interface RateTier {
  readonly above: number;
  readonly rates: TokenRates;
}

/** Rates of one model: the last tier whose `above` is smaller than a request's input holds for the whole request. */
export interface ModelRates {
  readonly source: Extract<PriceSource, 'listed' | 'sibling'>;
  readonly pricedAs: string;
  readonly tiers: readonly RateTier[];
}

const FREE: TokenRates = { uncachedInput: 0, cachedInput: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 };
const FREE_OF_CHARGE: readonly RateTier[] = [{ above: 0, rates: FREE }];
// The price lists of fine-tuned models are up to twice those of their base.
const FINE_TUNE_FACTOR = 2;
// Anthropic's rule for a list without the one-hour price: 2x input, where five minutes are 1.25x.
const HOUR_WRITE_PER_5M = 1.6;
const MAX_REMEMBERED_DAYS = 400;

export interface RateQuestion {
  readonly providerId: string;
  readonly model: string;
  readonly dayAt: number;
  /** Null: text. */
  readonly modality: Modality | null;
}

/** Finds the rates of a model on a day; a model that is not listed borrows the dearest of its next of kin. */
export type FindRates = (question: RateQuestion) => ModelRates | null;

export function createRateFinder(): FindRates {
  // Reading a whole list costs milliseconds, and every unknown model of a day asks for the same one.
  const knownByDay = new Map<string, readonly KnownModel[]>();
  const find: FindRates = ({ providerId, model, dayAt, modality }) => {
    const provider = findProvider({ providerId });
    if (provider === undefined || provider.id !== providerId) return null;
    const key = `${providerId}|${dayAt}|${modality ?? ''}`;
    const timestamp = new Date(dayAt);
    const known = () => {
      const list = knownByDay.get(key) ?? knownModels({ provider, timestamp, modality });
      if (knownByDay.size >= MAX_REMEMBERED_DAYS) knownByDay.clear();
      knownByDay.set(key, list);
      return list;
    };
    return ratesOf({ provider, timestamp, modality, known }, model);
  };
  // Where nobody has a price for sound it costs what text does.
  return (question) => find(question) ?? (question.modality === null ? null : find({ ...question, modality: null }));
}

interface PriceList {
  readonly provider: Provider;
  readonly timestamp: Date;
  readonly modality: Modality | null;
  readonly known: () => readonly KnownModel[];
}

function ratesOf(list: PriceList, model: string): ModelRates | null {
  const listed = listedModel(list, model) ?? listedModel(list, undated(model));
  if (listed !== undefined) return listed.rates;
  const [, base] = /^ft:([^:]+)/i.exec(model) ?? [];
  return base === undefined ? siblingRates(list, model) : fineTuned(list, base);
}

/** Undefined where the list does not know the model; rates are null where it knows it and bills no tokens. */
function listedModel(
  { provider, timestamp, modality }: PriceList,
  model: string,
): { rates: ModelRates | null } | undefined {
  const found = calcPrice({ input_tokens: 1 }, model, { provider, timestamp });
  if (found === null || !meansModel(found.model.match, model)) return undefined;
  const pricedAs = found.model.id;
  // Moderation is listed without any price because it is free.
  const isFree = Object.keys(found.model_price).length === 0;
  const tiers = isFree ? FREE_OF_CHARGE : tiersOf(found.model_price, modality);
  // Listed for its text alone: what its sound costs is as unknown as a new model.
  if (tiers === null && modality !== null) return undefined;
  return { rates: tiers === null ? null : { source: 'listed', pricedAs, tiers } };
}

function fineTuned(list: PriceList, base: string): ModelRates | null {
  const found = ratesOf(list, base);
  if (found === null) return null;
  const tiers = found.tiers.map(({ above, rates }) => ({ above, rates: scaleRates(rates, FINE_TUNE_FACTOR) }));
  return { source: 'sibling', pricedAs: found.pricedAs, tiers };
}

/** Same family, else same product line, else same provider; of these the nearest generation, of that the dearest. */
function siblingRates(list: PriceList, model: string): ModelRates | null {
  const asked = readModelName(model);
  const known = list.known();
  const relatives = [
    known.filter(({ name }) => name.family === asked.family),
    known.filter(({ name }) => name.line === asked.line),
  ].find((group) => group.length > 0);
  // Generations of different product lines do not compare, so a stranger is taken for the newest of all.
  const kin = nearestGeneration(relatives ?? known, relatives === undefined ? null : asked.generation);
  if (kin.length === 0) return null;
  const dearest = kin.reduce((best, next) => (dearness(next.tiers) > dearness(best.tiers) ? next : best));
  return { source: 'sibling', pricedAs: dearest.id, tiers: dearest.tiers };
}

/** The newest that is not newer than the wanted generation, else the newest of all. */
function nearestGeneration(models: readonly KnownModel[], wanted: number | null): readonly KnownModel[] {
  const generations = models.flatMap(({ name }) => (name.generation === null ? [] : [name.generation]));
  if (generations.length === 0) return models;
  const notNewer = generations.filter((generation) => wanted === null || generation <= wanted);
  const nearest = Math.max(...(notNewer.length > 0 ? notNewer : generations));
  return models.filter(({ name }) => name.generation === nearest);
}

interface KnownModel {
  readonly id: string;
  readonly name: ModelName;
  readonly tiers: readonly RateTier[];
}

function knownModels({ provider, timestamp, modality }: Omit<PriceList, 'known'>): readonly KnownModel[] {
  return provider.models.flatMap((info) => {
    // A list of one: the library then resolves prices that changed on a date, and nothing else can match.
    const only = { ...provider, models: [{ ...info, match: { equals: info.id } }] };
    const found = calcPrice({ input_tokens: 1 }, info.id, { provider: only, timestamp });
    const tiers = found === null ? null : tiersOf(found.model_price, modality);
    if (tiers === null || info.id.startsWith('ft:')) return [];
    return [{ id: info.id, name: readModelName(info.id), tiers }];
  });
}

function dearness(tiers: readonly RateTier[]): number {
  const [base] = tiers;
  return base === undefined ? 0 : base.rates.uncachedInput + base.rates.output;
}

/** Null where such tokens have no price: models that are billed by the hour or by the picture, or that know no sound. */
function tiersOf(price: ModelPrice, modality: Modality | null): readonly RateTier[] | null {
  if (price['input_mtok'] === undefined) return null;
  // A picture costs what its tokens cost as text where the list says nothing else; sound never does.
  if (modality === 'audio' && price['input_audio_mtok'] === undefined) return null;
  const starts = Object.values(price).flatMap((value) =>
    typeof value === 'object' ? value.tiers.map(({ start }) => start) : [],
  );
  const boundaries = [0, ...new Set(starts)].sort((a, b) => a - b);
  return boundaries.map((above) => ({ above, rates: ratesAbove(price, above, modality) }));
}

function ratesAbove(price: ModelPrice, above: number, modality: Modality | null): TokenRates {
  const text = textRatesAbove(price, above);
  if (modality === null) return text;
  const uncachedInput = priceAbove(price, `input_${modality}_mtok`, above) ?? text.uncachedInput;
  return {
    ...text,
    uncachedInput,
    // Without a price of its own a cached token is a fresh one.
    cachedInput: priceAbove(price, `cache_${modality}_read_mtok`, above) ?? uncachedInput,
    output: priceAbove(price, `output_${modality}_mtok`, above) ?? text.output,
  };
}

function textRatesAbove(price: ModelPrice, above: number): TokenRates {
  const uncachedInput = priceAbove(price, 'input_mtok', above) ?? 0;
  const cacheWrite5m = priceAbove(price, 'cache_write_mtok', above) ?? uncachedInput;
  return {
    uncachedInput,
    cachedInput: Math.min(priceAbove(price, 'cache_read_mtok', above) ?? uncachedInput, uncachedInput),
    cacheWrite5m,
    cacheWrite1h: priceAbove(price, 'cache_write_1h_mtok', above) ?? cacheWrite5m * HOUR_WRITE_PER_5M,
    output: priceAbove(price, 'output_mtok', above) ?? uncachedInput,
  };
}

function priceAbove(price: ModelPrice, name: string, above: number): number | undefined {
  const value = price[name];
  if (typeof value !== 'object') return value;
  return value.tiers.reduce((rate, tier) => (tier.start <= above ? tier.price : rate), value.base);
}

export function scaleRates(rates: TokenRates, factor: number): TokenRates {
  return {
    uncachedInput: rates.uncachedInput * factor,
    cachedInput: rates.cachedInput * factor,
    cacheWrite5m: rates.cacheWrite5m * factor,
    cacheWrite1h: rates.cacheWrite1h * factor,
    output: rates.output * factor,
  };
}
