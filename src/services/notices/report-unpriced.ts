import { DAY_MS } from '../../domain/time.ts';
import {
  deservesNotice,
  isDayOver,
  isWorthTelling,
  KEYS_NAMED,
  kindOf,
  type UnpricedDetail,
  type UnpricedThing,
  unpricedSubject,
} from '../../domain/unpriced.ts';
import { NO_TOKENS, type ProviderUsage, type TokenCounts } from '../../domain/usage.ts';
import type { Repos } from '../../ports/store.ts';
import type { UnpricedSum } from '../../ports/usage-prices.ts';
import type { Deps } from '../deps.ts';
import { announceNotice, closeNotice, openNotice, updateNotice } from './announce-notice.ts';

type UnpricedDeps = Pick<Deps, 'clock' | 'ids' | 'prices' | 'providers'>;

interface UnpricedContext {
  readonly deps: UnpricedDeps;
  readonly tx: Repos;
}

const MILLION = 1_000_000;

/** After a poll: tells the channel, once per model and day, that what was just stored has no known price. */
export async function reportUnpriced(
  context: UnpricedContext,
  provider: { readonly id: string },
  met: Iterable<UnpricedThing>,
): Promise<void> {
  const now = context.deps.clock.now();
  const things = new Map([...met].map((thing) => [unpricedSubject(thing), thing]));
  for (const { subject, detail } of await context.tx.notices.allOpen('unpriced')) {
    // Where a provider is no longer configured nobody else comes by to end its notice.
    if (detail.providerId === provider.id || isDayOver(detail, now)) things.set(subject, detail);
  }
  const sums = new Map<string, Promise<readonly UnpricedSum[]>>();
  for (const [subject, thing] of things) {
    const day = `${thing.providerId} ${thing.dayAt}`;
    const ofDay = sums.get(day) ?? sumsOfDay(context, thing);
    sums.set(day, ofDay);
    await reportOne(context, { subject, thing, sums: (await ofDay).filter((sum) => isOf(sum, thing)) });
  }
}

/** Of all connections of the provider: to people a model is one, whoever's admin key sees it. */
async function sumsOfDay(context: UnpricedContext, thing: UnpricedThing): Promise<readonly UnpricedSum[]> {
  const connectionIds = connectionsOf(context.deps, thing);
  if (connectionIds.length === 0) return [];
  return context.tx.usagePrices.unpriced({ connectionIds, from: thing.dayAt, to: thing.dayAt + DAY_MS });
}

function connectionsOf({ providers }: UnpricedDeps, { providerId }: UnpricedThing): readonly string[] {
  return [...providers].filter(([, { id }]) => id === providerId).map(([connectionId]) => connectionId);
}

function isOf(sum: UnpricedSum, thing: UnpricedThing): boolean {
  const kind = kindOf(sum);
  return kind.model === thing.model && kind.endpoint === thing.endpoint && kind.modality === thing.modality;
}

interface Report {
  readonly subject: string;
  readonly thing: UnpricedThing;
  readonly sums: readonly UnpricedSum[];
}

async function reportOne(context: UnpricedContext, { subject, thing, sums }: Report): Promise<void> {
  const { deps, tx } = context;
  const told = await tx.notices.latest('unpriced', subject);
  const isOver = isDayOver(thing, deps.clock.now()) || (told !== undefined && told.closedAt !== null);
  const state = isOver ? 'over' : 'running';
  if (told === undefined) {
    if (sums.length === 0) return;
    const detail = detailOf(deps, { thing, sums, state });
    const notice = await openNotice(context, { kind: 'unpriced', subject, detail });
    // Late usage of a day that is over is told, and done with.
    if (isOver) await closeNotice(context, notice, detail);
    return announceNotice(context, notice);
  }
  const newer = sums.length > 0 ? detailOf(deps, { thing, sums, state }) : withoutSums(deps, told.detail);
  if (!isWorthTelling(told.detail, newer)) return;
  if (told.closedAt === null && newer.state !== 'running') await closeNotice(context, told, newer);
  else await updateNotice(context, told, newer);
  await announceNotice(context, told);
}

/** Priced since then, taken back by the provider, or nobody looks any more; what it was taken for stays as it was told. */
function withoutSums(deps: UnpricedDeps, told: UnpricedDetail): UnpricedDetail {
  if (connectionsOf(deps, told).length === 0) return { ...told, state: 'over' };
  const { source } = deps.prices.price(told.providerId, sample(told, told.tokens > 0 ? { output: 1 } : {}));
  return deservesNotice(source) ? told : { ...told, state: 'priced' };
}

interface Facts {
  readonly thing: UnpricedThing;
  readonly sums: readonly UnpricedSum[];
  readonly state: UnpricedDetail['state'];
}

function detailOf({ prices }: UnpricedDeps, { thing, sums, state }: Facts): UnpricedDetail {
  const total = (of: (sum: UnpricedSum) => number) => sums.reduce((all, sum) => all + of(sum), 0);
  const tokens = total((sum) => sum.tokens);
  const { pricedAs } = prices.price(thing.providerId, sample(thing, tokens > 0 ? { output: 1 } : {}));
  const usdPerMillion = (counts: Partial<TokenCounts>) =>
    prices.price(thing.providerId, sample(thing, counts)).costMicroUsd / MILLION;
  const keyIds = keysByCost(sums);
  const rates = {
    inputUsd: usdPerMillion({ uncachedInput: MILLION }),
    cachedInputUsd: usdPerMillion({ cachedInput: MILLION }),
    outputUsd: usdPerMillion({ output: MILLION }),
  };
  return {
    providerId: thing.providerId,
    model: thing.model,
    endpoint: thing.endpoint,
    modality: thing.modality,
    dayAt: thing.dayAt,
    costMicroUsd: total((sum) => sum.costMicroUsd),
    tokens,
    requests: tokens > 0 ? 0 : total((sum) => sum.requests),
    pricedAs,
    rates: tokens > 0 && pricedAs !== null ? rates : null,
    keyIds: keyIds.slice(0, KEYS_NAMED),
    keyCount: keyIds.length,
    state,
  };
}

/** A row like those that were priced, to ask the table what it took. */
function sample({ model, endpoint, modality, dayAt }: UnpricedThing, counts: Partial<TokenCounts>): ProviderUsage {
  return {
    providerKeyId: null,
    scopeId: null,
    model,
    endpoint,
    variant: modality === null ? {} : { modality },
    startAt: dayAt,
    widthMs: DAY_MS,
    tokens: { ...NO_TOKENS, ...counts },
    requests: Object.keys(counts).length === 0 ? 1 : null,
  };
}

function keysByCost(sums: readonly UnpricedSum[]): readonly string[] {
  const costs = new Map<string, number>();
  for (const { keyId, costMicroUsd } of sums) costs.set(keyId, (costs.get(keyId) ?? 0) + costMicroUsd);
  return [...costs].sort(([a, costA], [b, costB]) => costB - costA || a.localeCompare(b)).map(([keyId]) => keyId);
}
