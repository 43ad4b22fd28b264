import type { Provider } from '../../ports/provider.ts';
import { refreshAlerts } from '../../services/alerts/refresh-alerts.ts';
import { runDetection } from '../../services/alerts/run-detection.ts';
import type { Deps } from '../../services/deps.ts';
import { pollUsage } from '../../services/usage/poll-usage.ts';
import type { Job } from '../job.ts';

/** Poll → detect → refresh, for all connections at once: a provider that hangs does not hold up another. */
export const pollUsageJob: Job = {
  name: 'poll-usage',
  everyMs: (policy) => policy.polling.usageMs,
  async run(deps) {
    const results = await Promise.allSettled([...deps.providers.values()].map((provider) => pollOne(deps, provider)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  },
};

async function pollOne(deps: Deps, provider: Provider): Promise<void> {
  const { ok, watermark } = await pollUsage(deps, provider);
  if (!ok) return;
  await runDetection(deps, provider, watermark);
  await refreshAlerts(deps, provider, watermark);
}
