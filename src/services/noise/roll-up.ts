import type { Alert } from '../../domain/alert.ts';
import { wallInstant } from '../../domain/clock-time.ts';
import { pages } from '../../domain/escalation.ts';
import { zoneDayText } from '../../domain/time.ts';
import type { AlertEvent, Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';

/** The outbox's kind of the message that several alerts share; its subject is the day. */
export const ROLL_UP = 'alert_rollup';

interface Context {
  readonly deps: Pick<Deps, 'clock' | 'policy'>;
  readonly tx: Repos;
}

/** The day on whose roll-up a new alert is told; null: it gets a message of its own, as all that call people do. */
export async function rollUpOf({ deps, tx }: Context, { severity }: Pick<Alert, 'severity'>): Promise<string | null> {
  const { alerts, calendar } = deps.policy;
  if (pages(severity) || alerts.dailyMessages === null) return null;
  const day = zoneDayText(deps.clock.now(), calendar.timeZone);
  const since = wallInstant({ day, minutes: 0 }, calendar.timeZone);
  return (await tx.rollUps.postedSince(since)) < alerts.dailyMessages ? null : day;
}

/** An alert of the roll-up gets a message of its own once a person has done something about it. */
export function isRolledUp(alert: Pick<Alert, 'rollUp'>, events: readonly AlertEvent[]): boolean {
  return alert.rollUp !== null && !events.some(({ actor }) => isPerson(actor));
}

export function isPerson(actor: string): boolean {
  return !actor.startsWith('system:');
}

/** Brings a day's roll-up up to date when its row is sent. */
export async function announceRollUp(
  { deps, tx }: { readonly deps: Pick<Deps, 'clock' | 'ids'>; readonly tx: Repos },
  day: string,
): Promise<void> {
  await tx.outbox.enqueue({
    id: deps.ids.next('out'),
    kind: ROLL_UP,
    subjectId: day,
    threadKey: `${ROLL_UP}:${day}`,
    createdAt: deps.clock.now(),
  });
}

export interface RolledUpAlert {
  readonly alert: Alert;
  readonly slug: string;
}

/** What a day's roll-up tells: nothing where all of it has got messages of its own. */
export async function describeRollUp({ store }: Pick<Deps, 'store'>, day: string): Promise<readonly RolledUpAlert[]> {
  const { alerts, lineages, rollUps } = store.read;
  const found: RolledUpAlert[] = [];
  for (const id of await rollUps.idsOf(day)) {
    const alert = await alerts.get(id);
    const lineage = alert && (await lineages.get(alert.lineageId));
    if (alert !== undefined && lineage !== undefined) found.push({ alert, slug: lineage.slug });
  }
  return found;
}
