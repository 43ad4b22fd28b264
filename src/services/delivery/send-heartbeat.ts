import { publicMessageOf, toError } from '../../domain/errors.ts';
import { MINUTE_MS } from '../../domain/time.ts';
import type { Deps } from '../deps.ts';

export const HEARTBEAT = 'heartbeat';
// A poll takes minutes at most, and one that is skipped is no silence yet.
const POLL_SLACK_MS = 5 * MINUTE_MS;
// The longest wait between two tries of a message is two minutes: what waits longer is stuck.
const STUCK_MS = 10 * MINUTE_MS;

/**
 * Tells the outside monitor that all is well, and only then: the alarm there is for all that cannot be told in Slack.
 * Never throws for a monitor that cannot be reached; that is logged once and stands in status.
 */
export async function sendHeartbeat(deps: Deps): Promise<void> {
  const { heartbeat } = deps.outlets;
  if (heartbeat === null) return;
  const before = await deps.store.read.outlets.get(HEARTBEAT);
  const problem = (await whyNotWell(deps)) ?? (await beat(heartbeat));
  if (problem === null && before?.failingSince) deps.logger.info('the heartbeat goes out again');
  if (problem !== null && !before?.failingSince) deps.logger.warn('no heartbeat', { problem });
  const now = deps.clock.now();
  await deps.store.write((tx) =>
    tx.outlets.put(
      problem === null
        ? { id: HEARTBEAT, sentAt: now, failingSince: null, problem: null }
        : { id: HEARTBEAT, sentAt: before?.sentAt ?? null, failingSince: before?.failingSince ?? now, problem },
    ),
  );
}

async function beat(heartbeat: NonNullable<Deps['outlets']['heartbeat']>): Promise<string | null> {
  try {
    await heartbeat.beat();
    return null;
  } catch (thrown) {
    return publicMessageOf(thrown);
  }
}

/** Null: well. A provider that cannot be read is told in Slack; that Keysteward does not try any more is not. */
async function whyNotWell(deps: Deps): Promise<string | null> {
  const { store, clock, policy, outlets } = deps;
  try {
    if (!(await store.healthy())) return 'Not sent: the database cannot be read.';
    if (!outlets.slackReached()) return 'Not sent: Slack cannot be reached.';
    const now = clock.now();
    const waitingSince = await store.read.outbox.oldestWaitingAt();
    if (waitingSince !== null && now - waitingSince > STUCK_MS) return 'Not sent: messages to Slack are stuck.';
    const poll = (await store.read.jobRuns.latest()).get('poll-usage');
    const lateAfterMs = 2 * policy.polling.usageMs + POLL_SLACK_MS;
    if (poll === undefined) return null;
    if (now - poll.startedAt > lateAfterMs) return 'Not sent: usage is not polled.';
    return poll.outcome === 'failed' || poll.outcome === 'abandoned' ? 'Not sent: the last usage poll failed.' : null;
  } catch (thrown) {
    deps.logger.error('cannot tell whether all is well', { error: toError(thrown) });
    return 'Not sent: the database cannot be read.';
  }
}
