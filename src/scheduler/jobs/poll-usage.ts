import { publicMessageOf } from '../../domain/errors.ts';
import type { CaughtUp } from '../../domain/notice.ts';
import type { Provider } from '../../ports/provider.ts';
import { proveStops } from '../../services/actions/prove-stops.ts';
import { refreshAlerts } from '../../services/alerts/refresh-alerts.ts';
import { runDetection } from '../../services/alerts/run-detection.ts';
import type { Deps } from '../../services/deps.ts';
import { enforceCaps } from '../../services/limits/enforce-caps.ts';
import { reportCatchUp } from '../../services/notices/report-downtime.ts';
import { reportSilence } from '../../services/notices/report-silence.ts';
import { followVerifications } from '../../services/rotation/follow-verification.ts';
import { joinVerifiedKeys } from '../../services/rotation/join-lineage.ts';
import { duePolls, keepPace, pollIntervalMs } from '../../services/usage/poll-pace.ts';
import { pollUsage } from '../../services/usage/poll-usage.ts';
import type { Job } from '../job.ts';

/** Poll → detect → keep caps → refresh → prove → verify, for all due connections at once: a hanging provider holds up no other. */
export const pollUsageJob: Job = {
  name: 'poll-usage',
  everyMs: (policy) => policy.polling.usageMs,
  paceMs: pollIntervalMs,
  async run(deps) {
    const due = await duePolls(deps);
    const faults: unknown[] = [];
    const polls = due.map((provider) =>
      pollOne(deps, provider).catch((error: unknown): CaughtUp => {
        faults.push(error);
        return { connectionId: provider.connectionId, ok: false, problem: publicMessageOf(error), alertIds: [] };
      }),
    );
    await reportCatchUp(deps, await Promise.all(polls));
    if (faults.length > 0) throw faults[0];
  },
};

async function pollOne(deps: Deps, provider: Provider): Promise<CaughtUp> {
  const { connectionId } = provider;
  const attemptedAt = deps.clock.now();
  const { ok, watermark, retryAfterMs } = await pollUsage(deps, provider);
  deps.meter.polled(provider.id, ok ? 'ok' : 'failed');
  if (!ok) {
    await keepPace(deps, provider, { attemptedAt, nearness: null, retryAfterMs });
    return { connectionId, ok, problem: watermark.problem, alertIds: [] };
  }
  const { alertIds, nearness } = await runDetection(deps, provider, watermark);
  await enforceCaps(deps, provider);
  await refreshAlerts(deps, provider, watermark);
  await proveStops(deps, provider, watermark);
  await followVerifications(deps, provider);
  await joinVerifiedKeys(deps);
  await keepPace(deps, provider, { attemptedAt, nearness, retryAfterMs: null });
  await reportSilence(deps, provider, watermark);
  return { connectionId, ok, problem: null, alertIds };
}
