import { afterPolls, type CaughtUp, type DowntimeDetail } from '../../domain/notice.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { announceNotice, closeNotice, openNotice, updateNotice } from './announce-notice.ts';

type DowntimeDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'policy' | 'providers'>;

const SUBJECT = 'keysteward';
// One interval always lies between two polls; a second one is the first that was missed.
const INTERVALS_MISSED = 2;

/**
 * At start: whether nothing was polled for a while. It is written down and told when the polls have caught up. A
 * provider that could not be read while we ran is blindness, not downtime, so what counts is the last try.
 */
export async function noteDowntime(deps: DowntimeDeps): Promise<void> {
  const now = deps.clock.now();
  const lastTryAt = await newestTryAt(deps);
  const isLate = lastTryAt !== null && now - lastTryAt > INTERVALS_MISSED * deps.policy.polling.usageMs;
  if (!isLate || deps.providers.size === 0) return;
  await deps.store.write(async (tx) => {
    const open = await tx.notices.open('downtime', SUBJECT);
    const detail: DowntimeDetail = {
      // An end that came before all was made up for: to the people it is one downtime.
      from: open?.detail.from ?? lastTryAt,
      to: now,
      waitingFor: [...deps.providers.keys()].map((connectionId) => ({ connectionId, missedPolls: 0 })),
      alertIds: open?.detail.alertIds ?? [],
      unreadable: [],
    };
    if (open === undefined) await openNotice({ deps, tx }, { kind: 'downtime', subject: SUBJECT, detail });
    else await updateNotice({ deps, tx }, open, detail);
  });
}

/** After a round of polls: tells of the downtime, once, when every connection was read or given up on. */
export async function reportCatchUp(
  deps: Pick<DowntimeDeps, 'store' | 'clock' | 'ids' | 'providers'>,
  polls: readonly CaughtUp[],
): Promise<void> {
  if ((await deps.store.read.notices.open('downtime', SUBJECT)) === undefined) return;
  await deps.store.write((tx) => catchUp({ deps, tx }, polls));
}

async function catchUp(
  context: { deps: Pick<DowntimeDeps, 'clock' | 'ids' | 'providers'>; tx: Repos },
  polls: readonly CaughtUp[],
): Promise<void> {
  const open = await context.tx.notices.open('downtime', SUBJECT);
  if (open === undefined) return;
  const after = afterPolls(open.detail, polls);
  // What is no longer configured is never polled again.
  const waitingFor = after.waitingFor.filter(({ connectionId }) => context.deps.providers.has(connectionId));
  const detail = { ...after, waitingFor };
  if (waitingFor.length > 0) return updateNotice(context, open, detail);
  await closeNotice(context, open, detail);
  await announceNotice(context, open);
}

/** When this installation last tried to poll anything; null: never, which is the first start. */
async function newestTryAt({ store, providers }: DowntimeDeps): Promise<number | null> {
  const paces = await store.read.pollPaces.all();
  const tries: number[] = [];
  for (const { connectionId, polledAt } of await store.read.watermarks.all()) {
    // What an earlier version polled has no try of its own on record.
    const at = paces.get(connectionId)?.attemptedAt ?? polledAt;
    if (at !== null && providers.has(connectionId)) tries.push(at);
  }
  return tries.length === 0 ? null : Math.max(...tries);
}
