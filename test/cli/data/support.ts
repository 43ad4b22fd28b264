import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Collected, collectRows, type Unpriced } from '../../../src/cli/data/collect.ts';
import { type FileReport, readDataFile } from '../../../src/cli/data/read-file.ts';
import { KeyNames } from '../../../src/domain/records/key-names.ts';
import type { RequestLine, UsageLine } from '../../../src/domain/records/lines.ts';
import { createOfflinePrices } from '../../../src/providers/lib/offline-prices.ts';
import { createPriceTable } from '../../../src/providers/lib/price-table.ts';
import { temporaryFolder } from '../../support/store.ts';

export const USAGE_HEADER =
  'key,start,width_seconds,model,endpoint,requests,input_tokens,cached_input_tokens,output_tokens,cost_usd';
export const REQUEST_HEADER =
  'timestamp,key,model,input_tokens,output_tokens,endpoint,source_ip,user_agent,status_code,cost_usd';

/** A file that is gone when the test is. */
export function fileOf(content: string | Buffer, name = 'data.csv'): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}

export async function readLines(
  path: string,
): Promise<{ lines: readonly (UsageLine | RequestLine)[]; report: FileReport }> {
  const lines: (UsageLine | RequestLine)[] = [];
  const report = await readDataFile({ path, take: (line) => lines.push(line) });
  return { lines, report };
}

export async function collect(path: string): Promise<Collected & { readonly unpriced: Unpriced }> {
  const unpriced: Unpriced = new Map();
  const price = createOfflinePrices(createPriceTable(), ['anthropic', 'openai']);
  return { ...(await collectRows({ path, names: new KeyNames(), price, unpriced })), unpriced };
}
