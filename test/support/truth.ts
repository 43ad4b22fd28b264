import { floorTo, MINUTE_MS } from '../../src/domain/time.ts';
import type { FakeProvider, FakeUse } from './fake-provider.ts';
import { fakeKey } from './fake-provider.ts';

/** What a provider says of one minute of one key from an instant on. No tokens: the bucket is not there. */
export interface Revision {
  readonly publishedAt: number;
  readonly tokens: number;
}

export interface TrueUse {
  /** Null: usage without a key. */
  readonly keyId: string | null;
  readonly model: string;
  readonly at: number;
  /** The last one published holds. */
  readonly revisions: readonly Revision[];
}

export interface TrueKey {
  readonly id: string;
  readonly listedFrom: number;
  readonly listedUntil: number;
}

export interface Truth {
  readonly keys: readonly TrueKey[];
  readonly use: readonly TrueUse[];
}

/** Makes a provider say what it has published at an instant of its own clock. */
export function publish(provider: FakeProvider, truth: Truth, at: number): void {
  provider.keys.clear();
  const listed = truth.keys.filter(({ listedFrom, listedUntil }) => listedFrom <= at && at < listedUntil);
  provider.put(...listed.map(({ id }) => fakeKey(id)));
  provider.use = truth.use.flatMap((use) => publishedUse(use, at));
}

/** When nothing changes any more. */
export function settledAt(truth: Truth): number {
  const published = truth.use.flatMap(({ revisions }) => revisions.map(({ publishedAt }) => publishedAt));
  return Math.max(0, ...published, ...truth.use.map(({ at }) => floorTo(at, MINUTE_MS) + MINUTE_MS));
}

function publishedUse({ keyId, model, at, revisions }: TrueUse, now: number): readonly FakeUse[] {
  const newest = revisions
    .filter(({ publishedAt }) => publishedAt <= now)
    .reduce<Revision | null>(
      (last, next) => (last === null || next.publishedAt >= last.publishedAt ? next : last),
      null,
    );
  return newest === null || newest.tokens === 0 ? [] : [{ keyId, model, at, tokens: newest.tokens }];
}
