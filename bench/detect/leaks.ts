import { costOf } from './clients.ts';
import type { Stretch } from './events.ts';
import type { LeakKind } from './label.ts';
import type { Ledger, Product } from './ledger.ts';
import type { Random } from './random.ts';
import { BUCKETS_PER_DAY, BUCKETS_PER_HOUR } from './shape.ts';

const MICRO = 1_000_000;
const LOUD_USD_PER_HOUR = { lowest: 10, highest: 265 };
const USES_NEW_MODEL = 0.5;
const DAY_BEFORE = 14;
/** A multiple of less than this a day is no money worth telling of. */
const TRIPLED_FROM_USD_PER_DAY = 1;

/** What is used beyond the honest traffic: micro-USD of each bucket from `from` on. */
export interface Extra {
  readonly from: number;
  readonly loudFrom: number;
  readonly costs: readonly number[];
}

export interface Victim {
  /** Honest cost of each bucket. */
  readonly costs: Float64Array;
  readonly nights: readonly Stretch[];
}

type Theft = (victim: Victim, random: Random) => Extra | null;

/** Null where a leak of this kind makes no sense on this lineage. All begin in the second half. */
export const THEFTS: Readonly<Record<LeakKind, Theft>> = {
  'loud-night': (victim, random) => loud(victim, random, random.between(20, 29)),
  'loud-day': (victim, random) => loud(victim, random, random.between(8, 17)),
  tripled,
  'probe-then-burst': probeThenBurst,
  'inside-batch': insideBatch,
  'low-and-slow': lowAndSlow,
};

function loud({ costs }: Victim, random: Random, hour: number): Extra {
  const from = startIn(costs, random, 3) + Math.floor(hour * BUCKETS_PER_HOUR);
  return { from, loudFrom: from, costs: burst(random, Math.round(random.scale(2, 48) * BUCKETS_PER_HOUR)) };
}

/** $10 to $265 an hour, whatever the key's own size; some thieves work in shifts. */
export function burst(random: Random, buckets: number, usdPerHour = LOUD_USD_PER_HOUR): number[] {
  const rate = (random.scale(usdPerHour.lowest, usdPerHour.highest) * MICRO) / BUCKETS_PER_HOUR;
  const inShifts = random.chance(0.35);
  let left = 0;
  let isOn = false;
  const factors = noise(random, buckets, 0.6);
  const mean = factors.reduce((total, factor) => total + factor, 0) / buckets;
  return factors.map((factor, index) => {
    if (inShifts && left <= 0) {
      isOn = index === 0 || !isOn;
      left = Math.ceil(random.scale(isOn ? 0.5 : 0.25, 4) * BUCKETS_PER_HOUR);
    }
    left -= 1;
    return !inShifts || isOn ? (rate * factor) / mean : 0;
  });
}

/** The lineage's own usual level twice more: along with its own rhythm, or evenly by a program of the thief's. */
function tripled({ costs }: Victim, random: Random): Extra | null {
  const from = startIn(costs, random, 11) + random.whole(0, BUCKETS_PER_DAY - 1);
  const length = Math.round(random.between(3, 10) * BUCKETS_PER_DAY);
  const before = costs.slice(from - DAY_BEFORE * BUCKETS_PER_DAY, from);
  const usual = sum(before) / before.length;
  if (usual * BUCKETS_PER_DAY < TRIPLED_FROM_USD_PER_DAY * MICRO) return null;
  const isAlong = random.chance(0.5);
  const own = costs.slice(from, from + length);
  // Along with a lineage that happens to be silent nothing would be used.
  if (isAlong && sum(own) < 0.5 * usual * length) return null;
  const factors = noise(random, length, 0.5);
  return { from, loudFrom: from, costs: factors.map((factor, i) => 2 * (isAlong ? (own[i] ?? 0) : usual) * factor) };
}

function probeThenBurst({ costs }: Victim, random: Random): Extra {
  const from = startIn(costs, random, 3) + random.whole(0, BUCKETS_PER_DAY - 1);
  const wait = random.whole(1, 2 * BUCKETS_PER_HOUR);
  const probe = Array.from({ length: wait }, (_, i) => (i === 0 || random.chance(0.1) ? random.scale(500, 50_000) : 0));
  const loudFrom = from + wait;
  return { from, loudFrom, costs: [...probe, ...burst(random, Math.round(random.scale(2, 24) * BUCKETS_PER_HOUR))] };
}

/** While the nightly batch runs, one to five nights in a row. */
function insideBatch({ costs, nights }: Victim, random: Random): Extra | null {
  const begin = startIn(costs, random, 6);
  const chosen = nights.filter(({ from }) => from >= begin).slice(0, random.whole(1, 5));
  const [first] = chosen;
  const last = chosen.at(-1);
  if (first === undefined || last === undefined) return null;
  const batch = sum(costs.slice(first.from, first.to)) / (first.to - first.from);
  const rate = Math.max((random.scale(10, 100) * MICRO) / BUCKETS_PER_HOUR, random.between(0.5, 2) * batch);
  const factors = noise(random, last.to - first.from, 0.5);
  const inNight = (bucket: number) => chosen.some(({ from, to }) => bucket >= from && bucket < to);
  const extra = factors.map((factor, i) => (inNight(first.from + i) ? rate * factor : 0));
  return { from: first.from, loudFrom: first.from, costs: extra };
}

/** Two weeks of $1 to $4 an hour, or of about twice what the key itself takes where that is more. */
function lowAndSlow({ costs }: Victim, random: Random): Extra {
  const from = startIn(costs, random, 15) + random.whole(0, BUCKETS_PER_DAY - 1);
  const length = 14 * BUCKETS_PER_DAY;
  const usual = sum(costs.slice(0, from)) / from;
  const rate = Math.max((random.scale(1, 4) * MICRO) / BUCKETS_PER_HOUR, random.between(1.5, 2.5) * usual);
  const hours = random.chance(0.5) ? 24 : random.whole(8, 16);
  const factors = noise(random, length, 0.7);
  const isAwake = (index: number) => (index % BUCKETS_PER_DAY) / BUCKETS_PER_HOUR < hours;
  const extra = factors.map((factor, index) => (isAwake(index) ? (rate * factor * 24) / hours : 0));
  return { from, loudFrom: from, costs: extra };
}

/** Puts it into the books, with one of the lineage's own models or a new one. What it cost is handed back. */
export function steal(
  ledger: Ledger,
  { extra, own, fresh }: { readonly extra: Extra; readonly own: readonly Product[]; readonly fresh: Product | null },
  random: Random,
): { readonly costs: Float64Array; readonly isNewModel: boolean } {
  const isNewModel = fresh !== null && random.chance(USES_NEW_MODEL);
  const known = own[Math.floor(random.next() * own.length)];
  const product = isNewModel ? fresh : known;
  const stolen = new Float64Array(ledger.buckets);
  if (product === undefined || product === null) return { costs: stolen, isNewModel };
  // A thief's requests are of a size of their own.
  const used = { ...product, requestMicroUsd: random.scale(2_000, 100_000) };
  extra.costs.forEach((cost, index) => {
    const bucket = extra.from + index;
    if (cost <= 0 || bucket >= ledger.buckets) return;
    const requests = Math.max(1, random.poisson(cost / used.requestMicroUsd));
    const costMicroUsd = Math.round(requests === 1 ? cost : costOf(used, requests, random));
    ledger.add(product, bucket, { requests, costMicroUsd });
    stolen[bucket] = costMicroUsd;
  });
  return { costs: stolen, isNewModel };
}

/** Noise with mean 1, half of it remembered from bucket to bucket. */
function noise(random: Random, length: number, spread: number): number[] {
  let slow = random.normal();
  return Array.from({ length }, () => {
    slow = 0.95 * slow + 0.312 * random.normal();
    return Math.exp(spread * Math.SQRT1_2 * (slow + random.normal()) - spread ** 2 / 2);
  });
}

/** The first bucket of a day in the second half, with this many days left. */
function startIn(costs: Float64Array, random: Random, daysLeft: number): number {
  const days = costs.length / BUCKETS_PER_DAY;
  return random.whole(Math.ceil(days / 2), Math.max(Math.ceil(days / 2), days - daysLeft)) * BUCKETS_PER_DAY;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
