import type { Ledger, Product } from './ledger.ts';
import type { Random } from './random.ts';
import { BUCKETS_PER_HOUR } from './shape.ts';

interface Model {
  readonly id: string;
  /** Against the others of its catalogue. */
  readonly price: number;
}

interface Catalogue {
  readonly endpoint: string;
  readonly models: readonly [Model, ...Model[]];
}

const CATALOGUES: readonly [Catalogue, ...Catalogue[]] = [
  {
    endpoint: 'completions',
    models: [
      { id: 'gpt-5.5', price: 8 },
      { id: 'gpt-5', price: 5 },
      { id: 'gpt-5-mini', price: 1 },
      { id: 'gpt-5-nano', price: 0.25 },
      { id: 'gpt-4.1', price: 4 },
    ],
  },
  {
    endpoint: 'messages',
    models: [
      { id: 'claude-opus-4-6', price: 12 },
      { id: 'claude-sonnet-4-6', price: 5 },
      { id: 'claude-haiku-4-5', price: 1.5 },
      { id: 'claude-sonnet-4-5', price: 5 },
    ],
  },
];
const USES_MORE_MODELS = 0.4;
const USES_THREE_MODELS = 0.3;
const DEAREST_REQUEST_MICRO_USD = 1_000_000;

/** What a lineage uses: its products with the share of requests that each takes. */
export interface Mix {
  readonly endpoint: string;
  readonly models: readonly Model[];
  readonly shares: readonly number[];
  /** Models of the same catalogue that the lineage does not use. */
  readonly others: readonly Model[];
}

export function drawMix(random: Random): Mix {
  const catalogue = random.pick(CATALOGUES);
  const shuffled = [...catalogue.models].map((model) => ({ model, at: random.next() })).sort((a, b) => a.at - b.at);
  const count = random.chance(USES_MORE_MODELS) ? (random.chance(USES_THREE_MODELS) ? 3 : 2) : 1;
  const models = shuffled.map(({ model }) => model);
  // From a half to a tenth of a percent of what comes before it: some second models are called once a week.
  const shares = Array.from({ length: count }, (_, index) => random.scale(0.001, 0.5) ** index);
  return { endpoint: catalogue.endpoint, models: models.slice(0, count), shares, others: models.slice(count) };
}

/** What one request of a model costs when `requests` of the mix cost `totalMicroUsd` in all. */
export function productsOf(mix: Mix, requests: number, totalMicroUsd: number): readonly Product[] {
  const weight = mix.models.reduce((sum, { price }, index) => sum + price * (mix.shares[index] ?? 0), 0);
  const shares = mix.shares.reduce((sum, share) => sum + share, 0);
  const unit = (totalMicroUsd * shares) / (weight * Math.max(1, requests));
  return mix.models.map(({ id, price }) => ({
    model: id,
    endpoint: mix.endpoint,
    requestMicroUsd: Math.min(DEAREST_REQUEST_MICRO_USD, unit * price),
  }));
}

/** The same money per request as the lineage's other models, by list price. */
export function productOf(mix: Mix, model: Model, known: Product): Product {
  const price = mix.models.find(({ id }) => id === known.model)?.price ?? 1;
  return { model: model.id, endpoint: mix.endpoint, requestMicroUsd: (known.requestMicroUsd * model.price) / price };
}

/** Calls that come and go together: mean requests of each bucket, and what they are split into. */
export interface Traffic {
  readonly levels: Float64Array;
  readonly products: readonly Product[];
  readonly shares: readonly number[];
}

/** Calls the lineage's models as often as `levels` says on average. */
export function play(ledger: Ledger, { levels, products, shares }: Traffic, random: Random): void {
  const drift = products.map((_, index) => random.part(`drift ${index}`));
  const drifts = products.map(() => 0);
  const whole = shares.reduce((sum, share) => sum + share, 0);
  const sizes = random.part('sizes');
  for (let bucket = 0; bucket < levels.length; bucket += 1) {
    if (bucket % BUCKETS_PER_HOUR === 0) {
      drift.forEach((own, index) => {
        drifts[index] = 0.9 * (drifts[index] ?? 0) + 0.44 * own.normal();
      });
    }
    const level = levels[bucket] ?? 0;
    if (level <= 0) continue;
    products.forEach((product, index) => {
      // The first model takes what it takes; how much goes to the others wanders.
      const wander = index === 0 ? 1 : Math.exp(0.6 * (drifts[index] ?? 0) - 0.18);
      const requests = random.poisson((level * wander * (shares[index] ?? 0)) / whole);
      if (requests === 0) return;
      const size = Math.exp(0.25 * (drifts[index] ?? 0) - 0.03);
      ledger.add(product, bucket, { requests, costMicroUsd: size * costOf(product, requests, sizes) });
    });
  }
}

/** Requests differ in size: a single one by much, a thousand hardly. */
export function costOf(product: Product, requests: number, random: Random): number {
  const spread = 0.08 + 0.7 / Math.sqrt(requests);
  return product.requestMicroUsd * requests * Math.exp(spread * random.normal() - spread ** 2 / 2);
}
