import { actorText, systemActor, userIdIn } from '../../domain/actor.ts';
import type { Alert } from '../../domain/alert.ts';
import type { ExpectHold, Hold } from '../../domain/hold.ts';
import type { Repos } from '../../ports/store.ts';
import { addAlertEvent, announceAlert } from '../alerts/announce.ts';
import type { Beyond } from '../alerts/route-finding.ts';
import type { Deps } from '../deps.ts';

/** The outbox's kind of a direct message about a window or a mute to whoever asked for it. */
export const HOLD_MESSAGE = 'hold_dm';
export type HoldNews = 'beyond' | 'ended';

interface Context {
  readonly deps: Pick<Deps, 'clock' | 'ids'>;
  readonly tx: Repos;
}

/** People are told once that a window was not enough: in the alert's thread, and whoever declared it directly. */
export async function tellBeyond(context: Context, { window, spentMicroUsd }: Beyond, alert: Alert): Promise<void> {
  if (window.exceededAt !== null) return;
  const { deps, tx } = context;
  const at = deps.clock.now();
  const actor = systemActor('detect');
  const { ceilingMicroUsd, untilAt, by } = window;
  const detail = { ceilingMicroUsd, spentMicroUsd, until: untilAt, by };
  await tx.holds.update({ ...window, exceededAt: at, alertId: alert.id });
  await tx.audit.append({ at, actor, verb: 'lineage.window.exceeded', subject: window.lineageId, detail });
  await addAlertEvent(context, alert, { kind: 'window_exceeded', actor, detail });
  await enqueue(context, window, 'beyond');
}

/** Says that it is over, to whoever asked for it, and in the thread of the alert that told of more than was expected. */
export async function tellEnd(context: Context, hold: Hold): Promise<void> {
  if (hold.kind === 'expect') await tellThread(context, hold);
  // Whoever ends what they have begun has read it already.
  if (hold.endedBy !== hold.by) await enqueue(context, hold, 'ended');
}

async function tellThread(context: Context, { alertId, endedBy, ceilingMicroUsd, by }: ExpectHold): Promise<void> {
  const alert = alertId === null ? undefined : await context.tx.alerts.get(alertId);
  if (alert === undefined || alert.state === 'resolved') return;
  const detail = { ceilingMicroUsd, by, endedBy: endedBy ?? actorText(systemActor('end-holds')) };
  await addAlertEvent(context, alert, { kind: 'window_over', actor: systemActor('end-holds'), detail });
  await announceAlert(context, alert);
}

async function enqueue({ deps, tx }: Context, hold: Hold, news: HoldNews): Promise<void> {
  if (userIdIn(hold.by) === null) return;
  await tx.outbox.enqueue({
    id: deps.ids.next('out'),
    kind: HOLD_MESSAGE,
    subjectId: `${hold.id}:${news}`,
    threadKey: `hold:${hold.id}`,
    createdAt: deps.clock.now(),
  });
}
