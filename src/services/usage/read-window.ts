import type { PlannedWindow } from '../../domain/window.ts';
import type { Provider, UsagePart } from '../../ports/provider.ts';
import { type StoreUsageDeps, UsageWriter } from './store-usage.ts';

/**
 * Reads a window of one connection, prices it and makes the store hold what the provider says, part by part. Until where
 * it is stored is told after each part: what fails later need not be read from the beginning again.
 */
export async function readWindow(
  deps: StoreUsageDeps,
  provider: Provider,
  { onStored = () => {}, ...window }: PlannedWindow & { readonly onStored?: (until: number) => void },
): Promise<void> {
  const writer = new UsageWriter(deps, provider);
  for await (const part of provider.streamUsage?.(window) ?? inOnePart(provider, window)) {
    await writer.write(part);
    onStored(part.to);
  }
  await writer.finish();
}

async function* inOnePart(provider: Provider, window: PlannedWindow): AsyncGenerator<UsagePart, void> {
  yield { from: window.from, to: window.to, usage: await provider.readUsage(window) };
}
