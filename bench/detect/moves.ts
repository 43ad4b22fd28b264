import { type Mix, productOf, type Traffic } from './clients.ts';
import type { HonestEvent } from './events.ts';
import type { EventKind } from './label.ts';
import type { Product } from './ledger.ts';
import type { Random } from './random.ts';
import { BUCKETS_PER_DAY } from './shape.ts';

const SECOND_ENDPOINTS = ['embeddings', 'images', 'files', 'batches'] as const;

/** The traffic of a lineage, split where it moves to another model or endpoint on the way. */
export function splitTraffic(
  traffic: Traffic,
  { kinds, mix }: { readonly kinds: ReadonlySet<EventKind>; readonly mix: Mix },
  random: Random,
): { readonly traffics: readonly Traffic[]; readonly events: readonly HonestEvent[] } {
  const [main, ...others] = traffic.products;
  const traffics: Traffic[] = [];
  const events: HonestEvent[] = [];
  let rest = traffic;
  const move = (kind: EventKind, own: Random, to: Product) => {
    const { stays, moves, event } = crossFade(rest.levels, kind, own);
    traffics.push({ ...rest, levels: stays });
    rest = { ...rest, levels: moves, products: [to, ...others] };
    events.push(event);
  };
  const [next] = mix.others;
  if (main === undefined) return { traffics: [traffic], events };
  if (kinds.has('model-migration') && next !== undefined) {
    move('model-migration', random.part('migration'), productOf(mix, next, main));
  } else if (kinds.has('new-endpoint')) {
    const own = random.part('endpoint');
    if (own.chance(0.5)) move('new-endpoint', own, { ...main, endpoint: 'responses' });
    else {
      const second = addEndpoint(traffic.levels, main, own);
      traffics.push(second.traffic);
      events.push(second.event);
    }
  }
  return { traffics: [...traffics, rest], events };
}

/** From one to the other over hours or a week. */
function crossFade(levels: Float64Array, kind: EventKind, random: Random) {
  const from = Math.floor(random.between(0.2, 0.8) * levels.length);
  const length = random.scale(12, 7 * BUCKETS_PER_DAY);
  const moved = (bucket: number) => Math.min(1, Math.max(0, (bucket - from) / length));
  return {
    stays: levels.map((level, bucket) => level * (1 - moved(bucket))),
    moves: levels.map((level, bucket) => level * moved(bucket)),
    event: { kind, from, to: Math.min(levels.length, from + Math.ceil(length)) },
  };
}

/** Something that the lineage did not do before and does from now on beside the rest. */
function addEndpoint(levels: Float64Array, main: Product, random: Random) {
  const from = Math.floor(random.between(0.2, 0.8) * levels.length);
  const endpoint = random.pick(SECOND_ENDPOINTS);
  const model = endpoint === 'embeddings' ? 'text-embedding-3-large' : main.model;
  const product = { model, endpoint, requestMicroUsd: main.requestMicroUsd * random.scale(0.02, 0.5) };
  const share = random.scale(0.1, 1);
  const traffic: Traffic = {
    levels: levels.map((level, bucket) => (bucket < from ? 0 : level * share)),
    products: [product],
    shares: [1],
  };
  return { traffic, event: { kind: 'new-endpoint' as const, from, to: from + BUCKETS_PER_DAY } };
}
