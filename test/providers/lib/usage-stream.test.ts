import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createScrub } from '../../../src/domain/scrub.ts';
import { MINUTE_MS } from '../../../src/domain/time.ts';
import { NO_TOKENS, type ProviderUsage } from '../../../src/domain/usage.ts';
import type { UsagePart, UsageWindow } from '../../../src/ports/provider.ts';
import { type UsageBucketRows, UsageReader, type UsageReport } from '../../../src/providers/lib/usage-stream.ts';
import { recordingLogger } from '../support/recording-logger.ts';

const START = Date.UTC(2026, 10, 21);
const at = (minute: number) => START + minute * MINUTE_MS;
const windowOf = (minutes: number): UsageWindow => ({ from: START, to: at(minutes), widthMs: MINUTE_MS });

function row(minute: number, key = 'key_1', output = 1): ProviderUsage {
  return {
    providerKeyId: key,
    scopeId: 'proj_1',
    model: 'gpt-5',
    endpoint: 'completions',
    variant: {},
    startAt: at(minute),
    widthMs: MINUTE_MS,
    tokens: { ...NO_TOKENS, output },
    requests: 1,
  };
}

interface FakeReport extends UsageReport {
  /** Buckets asked for on a page, per request. */
  readonly limits: number[];
}

/** A report that answers with exactly these pages, whatever limit is asked for. */
function reportOf(pages: readonly (readonly UsageBucketRows[])[]): FakeReport {
  const limits: number[] = [];
  return {
    limits,
    link: { title: 'Fake', connectionId: 'fake', logger: recordingLogger(), scrub: createScrub([]) },
    call: { operation: 'read usage', kind: 'read' },
    pages: (window, limit) => {
      const inside = pages.filter((page) => page.some(({ startAt }) => startAt >= window.from && startAt < window.to));
      return async (cursor) => {
        limits.push(limit);
        const index = Number(cursor ?? 0);
        const hasMore = index + 1 < inside.length;
        return { items: inside[index] ?? [], hasMore, cursor: hasMore ? String(index + 1) : null };
      };
    },
  };
}

const bucket = (minute: number, rows: readonly ProviderUsage[] = [row(minute)]) => ({ startAt: at(minute), rows });

async function partsOf(reader: UsageReader, report: UsageReport, window: UsageWindow): Promise<UsagePart[]> {
  const parts: UsagePart[] = [];
  for await (const part of reader.stream(report, window)) parts.push(part);
  return parts;
}

describe('a report in parts', () => {
  test('hands each bucket out once no later page can add to it', async () => {
    const report = reportOf([[bucket(0), bucket(1)], [bucket(1, [row(1, 'key_2')]), bucket(2)], [bucket(3)]]);

    const parts = await partsOf(new UsageReader(), report, windowOf(4));

    expect(parts.map(({ from, to, usage }) => [from, to, usage.length])).toEqual([
      [at(0), at(1), 1],
      [at(1), at(2), 2],
      [at(2), at(4), 2],
    ]);
  });

  test('counts a bucket once that is sent twice, on one page or on two; its parts on two pages add up', async () => {
    const twice = [
      [bucket(0), bucket(1), bucket(1)],
      [bucket(1), bucket(2, [row(2), row(2, 'key_2')])],
    ];
    const parted = [[bucket(0, [row(0, 'key_1', 5)])], [bucket(0, [row(0, 'key_1', 7)])]];
    const outputs = async (pages: typeof twice) =>
      (await new UsageReader().read(reportOf(pages), windowOf(3))).map(({ tokens }) => tokens.output);

    expect(await outputs(twice)).toEqual([1, 1, 1, 1]);
    expect(await outputs(parted)).toEqual([12]);
  });

  test('says of a silent time that there was nothing', async () => {
    expect(await partsOf(new UsageReader(), reportOf([]), windowOf(3))).toEqual([
      { from: at(0), to: at(3), usage: [] },
    ]);
  });

  test('a bucket that comes after it was handed out fails the reading; the next waits for the last page', async () => {
    const reader = new UsageReader();
    const report = reportOf([[bucket(1), bucket(2)], [bucket(3)], [bucket(0)]]);

    await expect(partsOf(reader, report, windowOf(4))).rejects.toThrow('a bucket came after');

    const parts = await partsOf(reader, report, windowOf(4));
    expect(parts.map(({ from, to, usage }) => [from, to, usage.length])).toEqual([[at(0), at(4), 4]]);
  });

  test.each([
    [
      'within a page',
      [
        [bucket(3), bucket(2)],
        [bucket(1), bucket(0)],
      ],
    ],
    ['from page to page', [[bucket(3)], [bucket(2)], [bucket(1)]]],
  ])(
    'an answer that runs backwards %s comes whole: nothing before its first bucket is said to be empty',
    async (_, pages) => {
      const parts = await partsOf(new UsageReader(), reportOf(pages), windowOf(4));

      expect(parts.map(({ from, to, usage }) => [from, to, usage.length])).toEqual([
        [at(0), at(4), pages.flat().length],
      ]);
    },
  );

  test('an error on a later page leaves the rest of the window out', async () => {
    const report = reportOf([[bucket(0), bucket(1)], [bucket(2)], [bucket(3)]]);
    const cut: UsageReport = {
      ...report,
      pages: (window, limit) => {
        const fetch = report.pages(window, limit);
        return async (cursor) => {
          if (cursor === '2') throw new TypeError('fetch failed');
          return fetch(cursor);
        };
      },
    };
    const seen: UsagePart[] = [];

    await expect(
      (async () => {
        for await (const part of new UsageReader().stream(cut, windowOf(4))) seen.push(part);
      })(),
    ).rejects.toThrow('fetch failed');

    expect(seen.map(({ from, to }) => [from, to])).toEqual([[at(0), at(1)]]);
  });

  test('together say what the whole says, wherever the pages are cut', async () => {
    const anyBucket = fc.tuple(fc.nat(20), fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.nat(3)), { maxLength: 3 }));
    await fc.assert(
      fc.asyncProperty(fc.array(anyBucket), fc.array(fc.nat(6)), async (given, cuts) => {
        const buckets = given
          .map(([minute, rows]) =>
            bucket(
              minute,
              rows.map(([key, output]) => row(minute, key, output)),
            ),
          )
          .sort((a, b) => a.startAt - b.startAt);
        const pages = cut(buckets, cuts);
        const window = windowOf(15);
        const whole = await new UsageReader().read(reportOf(pages), window);

        const parts = await partsOf(new UsageReader(), reportOf(pages), window);

        expect(parts.flatMap(({ usage }) => usage)).toEqual(whole);
        expect([parts[0]?.from, parts.at(-1)?.to]).toEqual([window.from, window.to]);
        parts.slice(1).forEach(({ from }, index) => {
          expect(from).toBe(parts[index]?.to);
        });
        for (const { from, to, usage } of parts) {
          for (const { startAt } of usage) expect(startAt >= from && startAt < to).toBe(true);
        }
      }),
    );
  });
});

describe('the size of a page', () => {
  const full = (minute: number, rows: number) =>
    bucket(
      minute,
      Array.from({ length: rows }, (_, index) => row(minute, `key_${index}`)),
    );

  test('is learnt from a few buckets, which are asked for alone at first', async () => {
    const reader = new UsageReader();
    const window = windowOf(600);
    const report = reportOf([[full(0, 400)], [full(100, 400)]]);

    await reader.read(report, window);
    expect(report.limits).toEqual([15, 10]);

    await reader.read(report, window);
    expect(report.limits.slice(2)).toEqual([10, 10]);
  });

  test('is as large as the provider allows where there is little', async () => {
    const reader = new UsageReader();
    const report = reportOf([[full(0, 1)], [full(100, 1)]]);

    await reader.read(report, windowOf(3_000));

    expect(report.limits).toEqual([15, 1440]);
  });

  test('shrinks after a page that did not arrive, try after try, so that no window is too full for ever', async () => {
    const reader = new UsageReader();
    await reader.read(reportOf([[full(0, 1)]]), windowOf(10));
    const limits: number[] = [];
    const dead: UsageReport = {
      ...reportOf([]),
      pages: (_window, limit) => async () => {
        limits.push(limit);
        throw new TypeError('the answer is too large');
      },
    };

    for (let attempt = 0; attempt < 7; attempt += 1) await reader.read(dead, windowOf(1_000)).catch(() => {});

    expect(limits).toEqual([1_000, 250, 62, 15, 3, 1, 1]);
  });

  test('grows again when a report was full only once', async () => {
    const reader = new UsageReader();
    const window = windowOf(600);
    await reader.read(reportOf([[full(0, 4_000)]]), window);
    const quiet = reportOf([[full(0, 1)]]);

    for (let reading = 0; reading < 80; reading += 1) await reader.read(quiet, window);

    expect(quiet.limits[0]).toBe(1);
    expect(quiet.limits.at(-1)).toBe(600);
  });
});

function cut<Item>(items: readonly Item[], sizes: readonly number[]): readonly (readonly Item[])[] {
  const pages: Item[][] = [];
  let rest = [...items];
  for (const size of sizes) {
    if (rest.length === 0 || size === 0) continue;
    pages.push(rest.slice(0, size));
    rest = rest.slice(size);
  }
  return rest.length === 0 ? pages : [...pages, rest];
}
