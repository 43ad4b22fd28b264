import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY_MS, floorTo, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { type Happening, Installation, type StoredRow } from '../../support/installation.ts';
import { NOON } from '../../support/records.ts';
import { settledAt, type Truth } from '../../support/truth.ts';

/** A busy machine may take its time. */
const PATIENCE_MS = 120_000;
/** A search for the smallest example ends with what it has. */
const BOUNDED = { interruptAfterTimeLimit: PATIENCE_MS / 2 };
const HOURS = 60;
const DAYS = 24 * HOURS;

const keyIds = fc.constantFrom('key_early', 'key_late', 'key_leaving', 'key_lost', null);

/** `atMinutes` of each use, and how many minutes late it is published at most. */
function truths(atMinutes: fc.Arbitrary<number>, lagMinutes: number): fc.Arbitrary<Truth> {
  const revision = fc.record({ lag: fc.nat({ max: lagMinutes }), tokens: fc.nat({ max: 9 }) });
  const use = fc.record({
    keyId: keyIds,
    model: fc.constantFrom('fake-1', 'fake-2'),
    minute: atMinutes,
    revisions: fc.array(revision, { minLength: 1, maxLength: 3 }),
  });
  const listing = fc.record({ late: fc.nat({ max: 2 * DAYS }), leaving: fc.nat({ max: 2 * DAYS }) });
  return fc.tuple(fc.array(use, { maxLength: 10 }), listing).map(([uses, { late, leaving }]) => ({
    keys: [
      { id: 'key_early', listedFrom: 0, listedUntil: Number.POSITIVE_INFINITY },
      { id: 'key_late', listedFrom: NOON + late * MINUTE_MS, listedUntil: Number.POSITIVE_INFINITY },
      { id: 'key_leaving', listedFrom: 0, listedUntil: NOON + leaving * MINUTE_MS },
    ],
    use: uses.map(({ minute, revisions, ...rest }) => {
      const at = NOON + minute * MINUTE_MS;
      return {
        ...rest,
        at,
        revisions: revisions.map(({ lag, tokens }) => ({ publishedAt: at + (1 + lag) * MINUTE_MS, tokens })),
      };
    }),
  }));
}

function happenings(options: { readonly waits: number; readonly downs: number }) {
  const minutes = (max: number) => fc.integer({ min: 1, max });
  return fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('poll' as const), failsAt: fc.constant(null) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('poll' as const), failsAt: fc.nat({ max: 1 }) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: minutes(options.waits) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('down' as const), minutes: minutes(options.downs) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('ahead' as const), minutes: minutes(options.waits) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), at: fc.nat({ max: 1 }) }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('skew' as const), minutes: fc.constantFrom(0, -10, 10) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constantFrom('sync', 'lost-sync', 'compact', 'settle', 'history', 'restart'),
      }),
    },
  ) as fc.Arbitrary<Happening>;
}

/** What one installation holds that was there all along and had nothing happen to it but this. */
async function cleanRead(truth: Truth, now: number): Promise<readonly StoredRow[]> {
  const clean = new Installation(truth, now);
  for (const kind of ['sync', 'history', 'compact'] as const) {
    if (kind === 'history') await clean.poll();
    await clean.happen({ kind });
  }
  return clean.rows();
}

async function live(
  truth: Truth,
  story: readonly Happening[],
  { pollsBeforeTheLastWord = false } = {},
): Promise<Installation> {
  const installation = new Installation(truth, NOON);
  for (const happening of story) await installation.happen(happening);
  await installation.happen({ kind: 'skew', minutes: 0 });
  if (pollsBeforeTheLastWord) {
    installation.passTo(settledAt(truth) - MINUTE_MS);
    await installation.poll();
  }
  installation.passTo(settledAt(truth) + HOUR_MS);
  return installation;
}

/** Money by key, model and hour: what stays when minutes are folded. */
function hourly(rows: readonly StoredRow[]): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { connection, key, model, start, cost } of rows) {
    const name = [connection, key, model, (floorTo(start, HOUR_MS) - NOON) / HOUR_MS].join(' ');
    sums[name] = (sums[name] ?? 0) + cost;
  }
  return Object.fromEntries(
    Object.entries(sums)
      .filter(([, cost]) => cost > 0)
      .sort(),
  );
}

/** Instants that two buckets of different width cover. */
function overlaps(rows: readonly StoredRow[]): readonly StoredRow[] {
  return rows.filter((row, index) =>
    rows
      .slice(0, index)
      .some(
        (other) =>
          other.width !== row.width && other.start < row.start + row.width && row.start < other.start + other.width,
      ),
  );
}

// Dense around the start, where most stories have most of their polls.
const recent = fc.oneof(fc.integer({ min: -4 * HOURS, max: 6 * HOURS }), fc.integer({ min: -2 * DAYS, max: 4 * DAYS }));
const ancient = fc.integer({ min: -45 * DAYS, max: -40 * DAYS });

test(
  'whatever happens, one complete pass in the end leaves the rows and the money of one clean read',
  async () => {
    const stories = fc.array(happenings({ waits: 10 * HOURS, downs: 40 * HOURS }), {
      maxLength: 14,
    });
    const anyTruth = truths(fc.oneof({ weight: 6, arbitrary: recent }, { weight: 1, arbitrary: ancient }), 3 * DAYS);
    await fc.assert(
      fc.asyncProperty(anyTruth, stories, async (truth, story) => {
        const installation = await live(truth, story);
        await installation.happen({ kind: 'sync' });
        await installation.poll();
        await installation.happen({ kind: 'history' });
        await installation.readAgain(NOON - 3 * DAY_MS);
        await installation.happen({ kind: 'compact' });

        expect(installation.rows()).toEqual(await cleanRead(truth, installation.now));
      }),
      { numRuns: 30, ...BOUNDED },
    );
  },
  PATIENCE_MS,
);

test(
  'polls alone make up for every fault, where the provider is no later than forty minutes',
  async () => {
    const stories = fc.array(happenings({ waits: 3 * HOURS, downs: 40 * HOURS }), {
      maxLength: 14,
    });
    await fc.assert(
      fc.asyncProperty(truths(recent, 40), stories, async (truth, story) => {
        const installation = await live(truth, story);
        await installation.poll();

        const rows = installation.rows();
        expect(overlaps(rows)).toEqual([]);
        expect(hourly(rows)).toEqual(hourly(await cleanRead(truth, installation.now)));
      }),
      { numRuns: 40, ...BOUNDED },
    );
  },
  PATIENCE_MS,
);

test(
  'what is published up to a day late, or revised then, is right after the next settling read',
  async () => {
    const stories = fc.array(happenings({ waits: 3 * HOURS, downs: 5 * HOURS }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        truths(fc.integer({ min: -1 * HOURS, max: 20 * HOURS }), 1 * DAYS),
        stories,
        async (truth, story) => {
          const installation = await live(truth, story, { pollsBeforeTheLastWord: true });
          await installation.poll();
          await installation.happen({ kind: 'settle' });

          const rows = installation.rows();
          expect(overlaps(rows)).toEqual([]);
          expect(hourly(rows)).toEqual(hourly(await cleanRead(truth, installation.now)));
        },
      ),
      { numRuns: 30, ...BOUNDED },
    );
  },
  PATIENCE_MS,
);
