import type { Spread } from '../baseline.ts';
import { spreadOf } from '../baseline.ts';
import type { Calendar } from '../calendar.ts';
import { daysOfTraffic, sumsOf, type Traffic } from './traffic.ts';

const ACTIVE_SHARE = 0.01;

/** What a whole history says of one key. Days without traffic do not count. */
export interface KeyHistory {
  readonly days: number;
  /** Of a day, in micro-USD. */
  readonly cost: Spread;
  /** Of a day; null where requests are not counted. */
  readonly requests: Spread | null;
  /** Hours of the day with more than 1 % of all requests; null where they cannot be told. */
  readonly activeHours: ReadonlySet<number> | null;
  readonly models: ReadonlySet<string>;
  readonly endpoints: ReadonlySet<string>;
  readonly addresses: ReadonlySet<string>;
  readonly lastUsedAt: number;
}

export function learnHistory(traffic: Traffic, calendar: Calendar): KeyHistory {
  const sums = daysOfTraffic(traffic, calendar).map((day) => sumsOf(traffic, day));
  const requests = sums.flatMap((day) => day.requests ?? []);
  const names = namesOf(traffic);
  return {
    days: sums.length,
    cost: spreadOf(sums.map((day) => day.costMicroUsd)),
    requests: requests.length === sums.length ? spreadOf(requests) : null,
    activeHours: activeHours(traffic, calendar),
    ...names,
    lastUsedAt: traffic.at.reduce((last, at) => Math.max(last, at), 0),
  };
}

function namesOf(traffic: Traffic): Pick<KeyHistory, 'models' | 'endpoints' | 'addresses'> {
  const models = new Set<string>();
  const endpoints = new Set<string>();
  const addresses = new Set<string>();
  for (let index = 0; index < traffic.count; index += 1) {
    const { model, endpoint, address } = traffic.kindOf(index);
    // A request that failed may name none.
    if (model !== '') models.add(model);
    if (endpoint !== '') endpoints.add(endpoint);
    if (address !== null) addresses.add(address);
  }
  return { models, endpoints, addresses };
}

function activeHours(traffic: Traffic, calendar: Calendar): ReadonlySet<number> | null {
  const byHour = new Array<number>(24).fill(0);
  let total = 0;
  for (let index = 0; index < traffic.count; index += 1) {
    if (!traffic.isFine(index)) continue;
    const hour = calendar.hourOfDay(traffic.startAt[index] ?? 0);
    const requests = traffic.requests[index] ?? Number.NaN;
    byHour[hour] = (byHour[hour] ?? 0) + requests;
    total += requests;
  }
  if (Number.isNaN(total) || total === 0) return null;
  return new Set(byHour.flatMap((requests, hour) => (requests > total * ACTIVE_SHARE ? [hour] : [])));
}
