import type { LineageSeries } from '../../src/domain/replay/series.ts';
import { drawMix, type Mix, play, productOf, productsOf, type Traffic } from './clients.ts';
import { bendLevels, drawJobs, drawKinds, type HonestEvent, type Jobs } from './events.ts';
import { type EventKind, type Label, LEAK_KINDS, type LeakKind } from './label.ts';
import { type Extra, steal, THEFTS } from './leaks.ts';
import { createLedger, type Product } from './ledger.ts';
import { splitTraffic } from './moves.ts';
import { createRandom, type Random } from './random.ts';
import { runaway } from './runaway.ts';
import { BUCKET_MS, drawShape, intensity } from './shape.ts';

export const KEYS_PER_COMPANY = 20;
/** A Monday. */
export const STARTS_AT = Date.UTC(2026, 5, 1);

const BILL_MICRO_USD = 5_000_000_000;
const BILL_DAYS = 30;
/** How unequal the keys of a company are: the first takes a quarter to a half of the bill, the last one percent or less. */
const ZIPF = { low: 1, high: 1.6 };
const LEAKED = 0.45;
/** Lineages in which something leaks: how often it is which. */
const LEAK_WEIGHTS = {
  'loud-night': 4,
  'loud-day': 4,
  tripled: 5,
  'probe-then-burst': 2,
  'inside-batch': 2,
  'low-and-slow': 4,
} as const satisfies Record<LeakKind, number>;

export interface LabelledLineage {
  readonly series: LineageSeries;
  readonly labels: readonly Label[];
  /** What the leak took in each bucket; null where nothing leaks. */
  readonly stolen: Float64Array | null;
  readonly startAt: number;
  readonly endAt: number;
}

export interface CompanySize {
  readonly lineages: number;
  readonly days: number;
  /** Shares of the leak kinds and events as they are, or nothing but the quiet part. */
  readonly quiet?: boolean;
}

/** Twenty keys with a bill of $5,000 a month in all; more lineages are more such companies. */
export function company(seed: number, size: CompanySize): readonly LabelledLineage[] {
  const companies = Math.ceil(size.lineages / KEYS_PER_COMPANY);
  return Array.from({ length: companies }, (_, index) => {
    const keys = Math.min(KEYS_PER_COMPANY, size.lineages - index * KEYS_PER_COMPANY);
    return oneCompany(createRandom(seed).part(`company ${index}`), { ...size, lineages: keys }, `c${seed}-${index}`);
  }).flat();
}

interface Draft {
  readonly name: string;
  readonly random: Random;
  readonly kinds: ReadonlySet<EventKind>;
  readonly leak: LeakKind | null;
  readonly mix: Mix;
  readonly levels: Float64Array;
  readonly jobs: Jobs;
  readonly events: readonly HonestEvent[];
  readonly requests: number;
}

function oneCompany(random: Random, size: CompanySize, name: string): readonly LabelledLineage[] {
  const drafts = Array.from({ length: size.lineages }, (_, index) =>
    draft(random.part(`key ${index}`), size, `${name}-k${index}`),
  );
  // Who calls more tends to pay more, but a few dear requests can beat many cheap ones.
  const ranked = drafts
    .map((one) => ({ one, weight: Math.log(one.requests + 1) + 2 * one.random.part('rank').normal() }))
    .sort((a, b) => b.weight - a.weight);
  const zipf = random.part('zipf').between(ZIPF.low, ZIPF.high);
  const weights = Float64Array.from({ length: KEYS_PER_COMPANY }, (_, rank) => (rank + 1) ** -zipf);
  const bill = (BILL_MICRO_USD * size.days) / BILL_DAYS;
  return ranked.map(({ one }, rank) => finish(one, (bill * (weights[rank] ?? 0)) / sum(weights)));
}

function draft(random: Random, { days, quiet = false }: CompanySize, name: string): Draft {
  const shape = drawShape(random.part('shape'));
  const leak = quiet ? null : drawLeak(random.part('leak kind'));
  const kinds = quiet ? new Set<EventKind>() : kindsOf(random.part('kinds'), leak);
  const levels = intensity(shape, days, random.part('levels'), STARTS_AT);
  const around = { kinds, startAt: STARTS_AT };
  const bent = bendLevels(levels, around, random.part('bend'));
  const jobs = drawJobs(levels, around, random.part('jobs'));
  return {
    name,
    random,
    kinds,
    leak,
    mix: drawMix(random.part('mix')),
    levels,
    jobs,
    events: [...bent, ...jobs.events],
    requests: sum(levels) + sum(jobs.levels),
  };
}

function kindsOf(random: Random, leak: LeakKind | null): ReadonlySet<EventKind> {
  const kinds = new Set(drawKinds(random));
  if (leak === 'inside-batch') kinds.add('nightly-batch');
  // What is burnt by mistake would be taken for the leak and the other way round.
  if (leak !== null) kinds.delete('runaway');
  return kinds;
}

function drawLeak(random: Random): LeakKind | null {
  if (!random.chance(LEAKED)) return null;
  const whole = LEAK_KINDS.reduce((total, kind) => total + LEAK_WEIGHTS[kind], 0);
  let left = random.next() * whole;
  for (const kind of LEAK_KINDS) {
    left -= LEAK_WEIGHTS[kind];
    if (left <= 0) return kind;
  }
  return 'loud-day';
}

function finish(one: Draft, totalMicroUsd: number): LabelledLineage {
  const { random, mix, kinds } = one;
  const ledger = createLedger(one.levels.length);
  const products = productsOf(mix, one.requests, totalMicroUsd);
  const honest = splitTraffic(
    { levels: one.levels, products, shares: mix.shares },
    { kinds, mix },
    random.part('moves'),
  );
  for (const [index, traffic] of [...honest.traffics, ...jobTraffic(one, products)].entries()) {
    play(ledger, traffic, random.part(`play ${index}`));
  }
  const labels = [...one.events, ...honest.events].map(({ kind, from, to }) => labelOf(kind, { from, to }));
  if (kinds.has('runaway')) {
    const { extra, costs } = runaway(ledger, products, random.part('runaway'));
    labels.push(extraLabel('runaway', extra, costs));
  }
  const leak = one.leak === null ? null : leakInto(ledger, one, products);
  const done = { startAt: STARTS_AT, endAt: STARTS_AT + one.levels.length * BUCKET_MS };
  const all = leak === null ? labels : [...labels, leak.label];
  return { series: ledger.series(one.name, STARTS_AT), labels: all, stolen: leak?.stolen ?? null, ...done };
}

function jobTraffic({ jobs, random }: Draft, products: readonly Product[]): readonly Traffic[] {
  const [main] = products;
  if (main === undefined || sum(jobs.levels) === 0) return [];
  const own = random.part('job product');
  // Some run on the provider's batch endpoint at half the price.
  const product = own.chance(0.4) ? { ...main, endpoint: 'batches', requestMicroUsd: main.requestMicroUsd / 2 } : main;
  return [{ levels: jobs.levels, products: [product], shares: [1] }];
}

function leakInto(ledger: ReturnType<typeof createLedger>, one: Draft, products: readonly Product[]) {
  const random = one.random.part('leak');
  const victim = { costs: ledger.costs(), nights: one.jobs.nights };
  const wanted = one.leak ?? 'loud-day';
  const planned = THEFTS[wanted](victim, random);
  const kind = planned === null ? 'loud-day' : wanted;
  const extra = planned ?? THEFTS['loud-day'](victim, random);
  const [main] = products;
  // The first unused one may be what the lineage itself moves to.
  const other = one.mix.others.at(one.kinds.has('model-migration') ? 1 : 0);
  if (extra === null || main === undefined) return null;
  const fresh = other === undefined ? null : productOf(one.mix, other, main);
  const { costs } = steal(ledger, { extra, own: products, fresh }, random.part('steal'));
  return { label: { ...extraLabel(kind, extra, costs), isLeak: true }, stolen: costs };
}

function extraLabel(kind: Label['kind'], { from, loudFrom, costs }: Extra, taken: Float64Array): Label {
  const to = Math.min(taken.length, from + costs.length);
  const label = labelOf(kind, { from, to });
  return { ...label, loudAt: STARTS_AT + loudFrom * BUCKET_MS, costMicroUsd: sum(taken) };
}

function labelOf(kind: Label['kind'], { from, to }: { readonly from: number; readonly to: number }): Label {
  const startAt = STARTS_AT + from * BUCKET_MS;
  return { kind, isLeak: false, startAt, endAt: STARTS_AT + to * BUCKET_MS, loudAt: startAt, costMicroUsd: 0 };
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
