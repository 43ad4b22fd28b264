import { expect, test } from 'vitest';
import { type CapRule, ownCapOf } from '../../../src/domain/own-cap.ts';
import { askKeys } from '../../../src/services/inventory/ask-keys.ts';
import { changeLineage } from '../../../src/services/inventory/change-lineage.ts';
import { describeEntries } from '../../../src/services/inventory/describe-entries.ts';
import { openBench } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';
import { lineageOf } from '../../support/records.ts';

const USD = 1_000_000;

async function inventory() {
  const bench = openBench({ policy: "caps: { monthly: [{ match: 'prod-*', monthly_usd: 500 }] }" });
  bench.provider.scopes = [];
  for (const label of ['dev-bot', 'dev-web', 'prod-api', 'prod-none']) bench.provider.put(fakeKey(label, { label }));
  await bench.sync();
  const say = async (label: string, capMicroUsd: number | null) => {
    const { id } = await bench.lineageOf(label);
    const change = { capMicroUsd, capSource: 'slack' } as const;
    await changeLineage(bench.deps, { actor: { kind: 'cli', user: 'test' }, lineageId: id, revision: null, change });
  };
  await say('dev-web', 900 * USD);
  await say('prod-none', null);
  const { currency } = bench.deps.policy;
  const ask = async (text: string) => (await askKeys(bench.deps, { text, currency, askerId: null })).keys;
  return { bench, ask, slugs: async (text: string) => (await ask(text)).map(({ lineage }) => lineage.slug) };
}

test('the cap of a list and of a sheet is the one that holds: people’s word, else policy’s; a scope without a name has its id', async () => {
  const { bench, ask } = await inventory();

  const entries = await describeEntries(bench.deps, await ask(''));

  expect(entries.map(({ slug, capMicroUsd, capOrigin }) => [slug, capMicroUsd, capOrigin])).toEqual([
    ['dev-bot', null, null],
    ['dev-web', 900 * USD, 'slack'],
    ['prod-api', 500 * USD, 'policy'],
    ['prod-none', null, 'slack'],
  ]);
  expect(new Set(entries.map(({ scope }) => scope))).toEqual(new Set(['ws_1']));
});

test.each([
  ['cap:none', ['dev-bot', 'prod-none']],
  ['cap:>500', ['dev-web', 'prod-api']],
  ['cap:<500', ['prod-api']],
  ['cap:>501', ['dev-web']],
  ['sort:cap', ['dev-web', 'prod-api', 'dev-bot', 'prod-none']],
])('%s sees policy’s caps', async (text, expected) => {
  expect(await (await inventory()).slugs(text)).toEqual(expected);
});

test('a rule of policy is tried once for each name, however often its cap is asked for', () => {
  let tried = 0;
  class Counted extends RegExp {
    override test(text: string): boolean {
      tried += 1;
      return super.test(text);
    }
  }
  const rule: CapRule = {
    match: 'prod-*',
    pattern: new Counted('^prod-'),
    monthlyMicroUsd: 5,
    enforce: false,
    environments: [],
  };
  const policy = { caps: { monthly: [rule] } };
  const caps = ['prod-a', 'dev-b', 'prod-a', 'dev-b'].map((slug) => ownCapOf(lineageOf({ slug }), policy).microUsd);

  expect(caps).toEqual([5, null, 5, null]);
  expect(tried).toBe(2);
});
