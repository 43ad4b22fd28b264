import type { Alert } from '../../domain/alert.ts';
import { pages } from '../../domain/escalation.ts';
import type { Lineage } from '../../domain/key.ts';
import type { AlertEvent } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { type Audience, audienceOf } from './who-is-paged.ts';

type CallDeps = Pick<Deps, 'store' | 'policy'>;

/** Whom the alert's first message calls when it is sent now: nobody twice, nobody when it is no longer open. */
export async function callsOfAlert(deps: CallDeps, alert: Alert): Promise<readonly string[]> {
  const posted = await deps.store.read.messages.get('alert', alert.id);
  const isWaiting = alert.state === 'open' && alert.snoozedUntil === null && pages(alert.severity);
  return posted === undefined && isWaiting ? peopleOf(deps, 'opening', alert) : [];
}

/** Whom a line in the thread calls when it is sent now. */
export async function callsOfEvent(deps: CallDeps, event: AlertEvent, alert: Alert): Promise<readonly string[]> {
  const audience = audienceIn(event);
  if (audience === null || !stillCalls(event, alert)) return [];
  const { alerts, messages } = deps.store.read;
  const people = await peopleOf(deps, audience, alert);
  const root = await messages.get('alert', alert.id);
  // A root message that was posted only after this had happened has called for it.
  const called = new Set(root === undefined || root.postedAt < event.at ? [] : await peopleOf(deps, 'opening', alert));
  // When Slack was away for long, the last of several calls says it all.
  for (const one of await alerts.events(alert.id)) {
    const later = one.id > event.id && stillCalls(one, alert) ? audienceIn(one) : null;
    if (later !== null) for (const id of await peopleOf(deps, later, alert)) called.add(id);
  }
  return people.filter((id) => !called.has(id));
}

function audienceIn({ detail }: AlertEvent): Audience | null {
  const { calls } = detail;
  return calls === 'opening' || calls === 'responders' || calls === 'admins' ? calls : null;
}

/** An escalation is for an alert that nobody has taken on; that it got worse is news for whoever has. */
function stillCalls({ kind }: AlertEvent, { state, snoozedUntil }: Alert): boolean {
  if (kind === 'escalated') return state === 'open' && snoozedUntil === null;
  if (kind === 'cap_step') return state !== 'resolved';
  return state === 'open' || state === 'acknowledged';
}

async function peopleOf(deps: CallDeps, audience: Audience, alert: Alert): Promise<readonly string[]> {
  const lineage: Lineage | undefined = await deps.store.read.lineages.get(alert.lineageId);
  return audienceOf(audience, deps.policy, { testOf: alert.testOf, lineage: lineage ?? null });
}
