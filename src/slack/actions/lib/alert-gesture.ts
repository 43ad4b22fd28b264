import type { Actor } from '../../../domain/actor.ts';
import type { Alert } from '../../../domain/alert.ts';
import type { Act } from '../../../domain/authorise.ts';
import { AppError } from '../../../domain/errors.ts';
import type { Lineage } from '../../../domain/key.ts';
import { authorise, type Gesture } from '../../authorise.ts';
import { decodeButton } from '../../button-value.ts';
import type { SlackContext } from '../../context.ts';

export interface AlertAndLineage {
  readonly alert: Alert;
  /** Of a test the person who started it is the owner. */
  readonly lineage: Lineage;
}

/** The alert that a button belongs to. */
export function alertOfButton(context: Pick<SlackContext, 'deps'>, value: string): Promise<AlertAndLineage> {
  return alertAndLineage(context, decodeButton(value).alertId);
}

export async function alertAndLineage(
  { deps }: Pick<SlackContext, 'deps'>,
  alertId: string | null,
): Promise<AlertAndLineage> {
  const { alerts, lineages } = deps.store.read;
  const alert = alertId === null ? undefined : await alerts.get(alertId);
  const lineage = alert && (await lineages.get(alert.lineageId));
  if (alert === undefined || lineage === undefined) {
    throw new AppError({
      code: 'invalid_input',
      message: `no alert ${alertId}`,
      publicMessage: 'This button belongs to no alert; nothing was changed.',
    });
  }
  return { alert, lineage: alert.testOf === null ? lineage : { ...lineage, ownerSlackId: alert.testOf } };
}

/** Checks a gesture on an alert. */
export async function authoriseOn(
  context: SlackContext,
  { gesture, act, alertId }: { gesture: Gesture; act: Act; alertId: string },
): Promise<AlertAndLineage & { actor: Actor }> {
  const found = await alertAndLineage(context, alertId);
  return { ...found, actor: await authorise(context, { gesture, act, lineage: found.lineage }) };
}

/** The right that saying "this was us" takes. */
export function expectAct({ severity }: Pick<Alert, 'severity'>): 'expect' | 'expect_critical' {
  return severity === 'critical' ? 'expect_critical' : 'expect';
}
