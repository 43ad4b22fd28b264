import { DAY_MS, HOUR_MS, MINUTE_MS, type TimeRange } from '../world/index.ts';
import { badRequest } from './problem.ts';
import { limitOf } from './router.ts';

export type BucketWidth = '1m' | '1h' | '1d';

export const WIDTH_MS: Readonly<Record<BucketWidth, number>> = { '1m': MINUTE_MS, '1h': HOUR_MS, '1d': DAY_MS };

/** Buckets in one answer, as both providers allow them for token usage. */
export const USAGE_LIMITS = {
  '1m': { usual: 60, max: 1440 },
  '1h': { usual: 24, max: 168 },
  '1d': { usual: 7, max: 31 },
} as const;

export interface BucketPage {
  readonly buckets: readonly TimeRange[];
  readonly nextPage: string | null;
}

/** The width parameter of that name; else a 400. */
export function widthOf(query: URLSearchParams, name: string): BucketWidth {
  const text = query.get(name) ?? '1d';
  if (text === '1m' || text === '1h' || text === '1d') return text;
  throw badRequest(`Invalid ${name}: '${text}'. Supported: 1m, 1h, 1d`);
}

/** One page of the buckets that cover a range; the first starts at or before the range does. */
export function pageOfBuckets(
  query: URLSearchParams,
  range: TimeRange,
  size: { readonly widthMs: number; readonly usual: number; readonly max: number },
): BucketPage {
  const limit = limitOf(query, size);
  const token = query.get('page');
  const first = token === null ? floorTo(range.from, size.widthMs) : startOfPage(token, size.widthMs);
  const buckets: TimeRange[] = [];
  let from = first;
  for (; from < range.to && buckets.length < limit; from += size.widthMs) {
    buckets.push({ from, to: from + size.widthMs });
  }
  return { buckets, nextPage: from < range.to ? pageToken(from) : null };
}

/** An opaque cursor around a number. */
export function pageToken(position: number): string {
  return `page_${Buffer.from(String(position)).toString('base64url')}`;
}

/** The number in a cursor; else a 400. */
export function readPageToken(token: string): number {
  const text = token.startsWith('page_') ? Buffer.from(token.slice(5), 'base64url').toString() : '';
  if (!/^\d{1,15}$/.test(text)) throw badRequest('Invalid page token');
  return Number(text);
}

function startOfPage(token: string, widthMs: number): number {
  const from = readPageToken(token);
  if (from % widthMs !== 0) throw badRequest('Invalid page token');
  return from;
}

export function floorTo(at: number, widthMs: number): number {
  return Math.floor(at / widthMs) * widthMs;
}
