import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../src/domain/time.ts';
import { pollUsage } from '../../src/services/usage/poll-usage.ts';
import { backtestWords } from '../../src/slack/views/backtest.ts';
import { fakeKey } from '../support/fake-provider.ts';
import { NOW } from './support/cards.ts';
import { type CommandBench, openCommandBench, PERSON, RESPONDER } from './support/command-bench.ts';

const MICRO_USD = 1_000_000;

async function pastBench(environment: 'production' | 'staging' = 'production'): Promise<CommandBench> {
  const bench = openCommandBench();
  bench.provider.put(fakeKey('key_1', { label: 'bursty' }));
  for (let hour = 1; hour <= 20 * 24; hour += 1) {
    const at = NOW - hour * HOUR_MS + 30 * MINUTE_MS;
    bench.provider.use.push({ keyId: 'key_1', at, tokens: hour === 100 ? 12 * MICRO_USD : 2 * MICRO_USD });
  }
  await bench.sync();
  await pollUsage(bench.deps, bench.provider.port);
  const lineage = await bench.lineageOf('key_1');
  const owned = { ...lineage, environment, ownerSlackId: PERSON, ownerStanding: 'confirmed' as const };
  await bench.store.write((tx) => tx.lineages.update(owned));
  return bench;
}

describe('/keys backtest', () => {
  test('says how often, lists when and why, and offers the factors of the keys on the page', async () => {
    const bench = await pastBench();

    const answer = await bench.run('backtest');

    expect(answer?.text).toMatch(/^Over the last 31 days these rules would have alerted .+; with factor 8: .+\./);
    expect(answer?.text).toMatch(/• .+ \*bursty\* \(high\) spending 6x its usual hour, \$12 by then\./);
    expect(JSON.stringify(answer?.blocks)).toContain('Factor of bursty');
  });

  test('takes whole days alone', async () => {
    const bench = await pastBench();

    await expect(bench.run('backtest soon')).rejects.toMatchObject({ code: 'invalid_input' });
    expect((await bench.run('backtest 2'))?.text).toMatch(
      /^Over the last 2 days these rules would have alerted not once\./,
    );
  });
});

describe('/keys factor', () => {
  test('shows what each factor would have made of a key, and sets the one that is clicked', async () => {
    const bench = await pastBench();

    const asked = await bench.run('factor bursty');
    expect(asked?.text).toMatch(/^The factor of \*bursty\* is 5, as policy says\./);
    expect(asked?.text).toMatch(/• factor 5: \d+ alerts? \(as it is now\)/);

    const set = await bench.run('factor bursty 8', RESPONDER);
    expect(set?.text).toMatch(/^The factor of \*bursty\* is 8, picked by <@U0ANA> on .+; it was policy’s 5\./);
    expect((await bench.run('show bursty'))?.text).toContain('*Factor* 8, picked by <@U0ANA>');

    expect((await bench.run('factor bursty policy'))?.text).toMatch(/is 5, as policy says; it was 8\./);
    expect((await bench.lineageOf('key_1')).ownRatio).toBeNull();
  });

  test('of a key of production responders pick it, of another one its owner as well', async () => {
    const production = await pastBench('production');
    await expect(production.run('factor bursty 8', PERSON)).rejects.toMatchObject({ code: 'forbidden' });
    expect((await production.lineageOf('key_1')).ownRatio).toBeNull();

    const staging = await pastBench('staging');
    await staging.run('factor bursty 8', PERSON);
    expect((await staging.lineageOf('key_1')).ownRatio).toMatchObject({ ratio: 8, by: `slack:T1/${PERSON}` });
    await expect(staging.run('factor bursty 3', 'U0OTHER')).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('is one of those that there are', async () => {
    const bench = await pastBench();

    await expect(bench.run('factor bursty 7')).rejects.toMatchObject({
      publicMessage: 'The factor is one of 3, 5, 8, 12 or `policy`, for instance `/keys factor prod-api 8`.',
    });
  });
});

test.each([
  [3, 1, 'alerted 3 times on Fake AI; with factor 8: once.', ['prod-api twice, ci once.']],
  [0, 0, 'alerted not once on Fake AI.', []],
])('a report of %i alerts says so in one sentence', (alerts, calmerAlerts, sentence, named) => {
  const worst =
    alerts === 0
      ? []
      : [
          { slug: 'prod-api', alerts: 2 },
          { slug: 'ci', alerts: 1 },
        ];
  const counts = { alerts, calmerFactor: 8, calmerAlerts, worst: [], others: 0 };
  const detail = { connectionId: 'fake', days: 31, replayed: 4, ...counts };
  const connection = { connectionId: 'fake', title: 'Fake AI' };

  const { verdict, lines } = backtestWords({ kind: 'backtest', connection, detail, worst });

  expect(verdict).toBe(`Over the last 31 days these rules would have ${sentence}`);
  expect(lines.slice(0, -1)).toEqual(named);
  expect(lines.at(-1)).toContain('`/keys backtest`');
});
