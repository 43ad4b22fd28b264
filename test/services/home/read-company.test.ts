import { expect, test } from 'vitest';
import { MINUTE_MS } from '../../../src/domain/time.ts';
import { readCompany } from '../../../src/services/home/read-company.ts';
import { listAllKeys } from '../../../src/services/inventory/list-keys.ts';
import { pollUsage } from '../../../src/services/usage/poll-usage.ts';
import { NOON } from '../../support/bench-deps.ts';
import { benchWithKeys } from '../../support/requests.ts';
import { bear, begin, step } from '../rotation/support.ts';

test('what a key spends that a rotation has named counts against the cap of the old one', async () => {
  const bench = await benchWithKeys();
  const lineage = await bench.lineageOf('key_1');
  await bench.store.write((tx) => tx.lineages.update({ ...lineage, capMicroUsd: 10_000 }));
  const rotation = await begin(bench);
  const newKeyId = await bear(bench);
  bench.provider.use.push({ keyId: 'key_1', at: NOON - MINUTE_MS, tokens: 2_000 });
  bench.provider.use.push({ keyId: 'key_new', at: NOON - MINUTE_MS, tokens: 500 });
  await pollUsage(bench.deps, bench.provider.port);
  const spent = async () => {
    const { caps } = await readCompany(bench.deps, await listAllKeys(bench.deps));
    return caps.map(({ slug, monthMicroUsd }) => [slug, monthMicroUsd]);
  };
  expect(await spent()).toEqual([['staging-ci', 2_000]]);

  await step(bench, rotation, 'generate', { newKeyId });

  expect(await spent()).toEqual([['staging-ci', 2_500]]);
});
