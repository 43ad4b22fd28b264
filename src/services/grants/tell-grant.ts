import { systemActor } from '../../domain/actor.ts';
import { type Grant, type GrantOutcome, type GrantTold, valueWords } from '../../domain/grant.ts';
import { addAlertEvent, announceAlert } from '../alerts/announce.ts';
import { announceNotice, closeNotice, openNotice } from '../notices/announce-notice.ts';
import type { GrantContext } from './open-grant.ts';

export interface GrantNews {
  /** Null: it is about to end, and requests would be refused then. */
  readonly outcome: GrantOutcome | null;
  /** What stands there instead, or why it could not be restored; in a person's words. */
  readonly found: string | null;
  readonly spentMicroUsd: number | null;
  /** Of the grant that stands on it and restores what it would have restored. */
  readonly upperUntilAt: number | null;
}

// Decided or told by somebody at the time: nobody needs a message of their own about it.
const KNOWN_ALREADY: ReadonlySet<GrantOutcome | null> = new Set<GrantOutcome | null>(['kept', 'never']);

/**
 * Says what became of a grant: in the alert's thread while the alert stands, else in the channel, and to the one who asked
 * for it by direct message.
 */
export async function tellGrant(context: GrantContext, grant: Grant, news: GrantNews): Promise<void> {
  const { deps, tx } = context;
  const told = await toldOf(context, grant, news);
  const subject = (await tellAlert(context, grant, told)) ?? (await tellChannel(context, told));
  const isPerson = grant.grantedBy.startsWith('slack:');
  if (!isPerson || KNOWN_ALREADY.has(news.outcome)) return;
  await tx.outbox.enqueue({
    id: deps.ids.next('out'),
    kind: 'grant_dm',
    subjectId: subject,
    threadKey: `grant:${grant.id}`,
    createdAt: deps.clock.now(),
  });
}

async function toldOf({ tx }: GrantContext, grant: Grant, news: GrantNews): Promise<GrantTold> {
  const { kind, change, untilAt, grantedBy } = grant;
  const key = await tx.keys.get(grant.keyId);
  const lineage = key && (await tx.lineages.get(key.lineageId));
  return {
    grantId: grant.id,
    kind,
    slug: lineage?.slug ?? 'a key that is gone',
    from: valueWords(kind, change.from),
    to: valueWords(kind, change.to),
    by: grantedBy,
    untilAt,
    formerMicroUsd: typeof change.from === 'number' && kind !== 'set_rate_limit' ? change.from : null,
    ...news,
  };
}

async function tellAlert(context: GrantContext, { alertId }: Grant, told: GrantTold): Promise<string | null> {
  const alert = alertId === null ? undefined : await context.tx.alerts.get(alertId);
  if (alert === undefined || alert.state === 'resolved') return null;
  const kind = told.outcome === null ? 'grant_ending' : 'grant_ended';
  const id = await addAlertEvent(context, alert, { kind, actor: systemActor('end-grants'), detail: { ...told } });
  await announceAlert(context, alert);
  return `alert_event:${id}`;
}

async function tellChannel(context: GrantContext, told: GrantTold): Promise<string> {
  const subject = `${told.grantId}:${told.outcome === null ? 'ending' : 'ended'}`;
  const notice = await openNotice(context, { kind: 'grant', subject, detail: told });
  await closeNotice(context, notice, told);
  await announceNotice(context, notice);
  return `notice:${notice.id}`;
}
