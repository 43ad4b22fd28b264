import { collectRows } from '../../src/cli/data/collect.ts';
import { KeyNames } from '../../src/domain/records/key-names.ts';
import { createOfflinePrices } from '../../src/providers/lib/offline-prices.ts';
import { createPriceTable } from '../../src/providers/lib/price-table.ts';

const [path = ''] = process.argv.slice(2);
const price = createOfflinePrices(createPriceTable(), ['anthropic', 'openai']);

const startedAt = performance.now();
const before = process.memoryUsage().arrayBuffers;
const { store } = await collectRows({ path, names: new KeyNames(), price, unpriced: new Map() });
const result = {
  rows: store.count,
  readMs: performance.now() - startedAt,
  keptMb: (process.memoryUsage().arrayBuffers - before) / 1e6,
  peakMb: process.resourceUsage().maxRSS / 1_024,
  problem: store.count === 0 ? 'nothing was read' : null,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
