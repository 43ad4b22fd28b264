import { type Actor, actorText } from '../../domain/actor.ts';
import { AppError } from '../../domain/errors.ts';
import type { Grant } from '../../domain/grant.ts';
import { countsAsProduction } from '../../domain/key.ts';
import { capFault, capWords } from '../../domain/limits.ts';
import { ownCapOf } from '../../domain/own-cap.ts';
import { scrubSecrets } from '../../domain/secret.ts';
import { invalid, REASON_MAX, type RequestInput, refuseWrongSlug } from '../actions/record-request.ts';
import { requestLimitChange } from '../actions/request-limit-change.ts';
import { answerAlert } from '../alerts/acknowledge-alert.ts';
import { addAlertEvent, announceAlert } from '../alerts/announce.ts';
import type { Deps } from '../deps.ts';
import { openOwnGrant } from './open-grant.ts';
import { setOwnCap } from './own-cap.ts';
import { tellGrant } from './tell-grant.ts';

export interface RaiseInput extends RequestInput {
  /** The team's own cap, or the provider's. */
  readonly cap: 'own' | 'scope';
  /** What the person saw. */
  readonly from: number | null;
  readonly to: number;
  /** Null: until somebody changes it. */
  readonly untilAt: number | null;
}

type RaiseDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'providers' | 'outlets' | 'policy'>;

/** Raises a cap, for a time or for good. The provider's is an act like any other; the team's own is changed at once. */
export async function raiseCap(deps: RaiseDeps, input: RaiseInput): Promise<void> {
  const { cap, from, to, untilAt } = input;
  const fault = capFault(to);
  if (fault !== null) throw invalid(fault);
  if (from !== null && to <= from) throw invalid(`That is no raise: the cap is ${capWords(from)}.`);
  if (untilAt !== null && untilAt <= deps.clock.now()) throw invalid('Its end has to be later than now.');
  if (cap === 'own') return raiseOwnCap(deps, input);
  await requestLimitChange(deps, { ...input, kind: 'set_spend_limit', change: { from, to } });
}

export interface Prolonging {
  readonly actor: Actor;
  readonly grantId: string;
  /** The alert that it was asked from. */
  readonly alertId?: string | null;
  readonly untilAt: number | null;
}

/** Lets what was changed for a time stand until another instant, or (null) for good. */
export async function prolong(deps: RaiseDeps, { actor, grantId, alertId = null, untilAt }: Prolonging): Promise<void> {
  await deps.store.write(async (tx) => {
    const grant = await tx.grants.get(grantId);
    if (grant === undefined || grant.endedAt !== null || grant.restoreActionId !== null) {
      throw new AppError({
        code: 'conflict',
        message: `grant ${grantId} has ended`,
        publicMessage: 'Nothing was changed: its time is over already. Look again and decide anew.',
      });
    }
    const at = deps.clock.now();
    const after: Grant =
      untilAt === null ? { ...grant, endedAt: at, outcome: 'kept' } : { ...grant, untilAt, warnedAt: null };
    await tx.grants.update(after);
    const verb = untilAt === null ? 'grant.kept' : 'grant.prolonged';
    await tx.audit.append({ at, actor, verb, subject: grant.id, detail: { from: grant.untilAt, to: untilAt } });
    const kept = { outcome: 'kept', found: null, spentMicroUsd: null, upperUntilAt: null } as const;
    if (untilAt === null) await tellGrant({ deps, tx }, after, kept);
    else if (grant.alertId !== null) await announceAlert({ deps, tx }, { id: grant.alertId });
    const answered = await answerAlert({ deps, tx }, alertId, { actor, gesture: 'raise_cap' });
    if (alertId !== null && answered.acknowledged) {
      await addAlertEvent({ deps, tx }, { id: alertId }, { kind: 'acknowledged', actor, detail: {} });
      await announceAlert({ deps, tx }, { id: alertId });
    }
  });
}

async function raiseOwnCap(deps: RaiseDeps, input: RaiseInput): Promise<void> {
  const { actor, alertId, keyId, from, to, untilAt, typedSlug } = input;
  const reason = scrubSecrets(input.reason.trim()).slice(0, REASON_MAX);
  if (reason === '') throw invalid('Say in a few words why; it goes into the audit log.');
  await deps.store.write(async (tx) => {
    const key = await tx.keys.get(keyId);
    const lineage = key && (await tx.lineages.get(key.lineageId));
    if (lineage === undefined) throw invalid('This key is not in the inventory any more.');
    if (countsAsProduction(lineage.environment)) refuseWrongSlug(lineage, typedSlug);
    const present = ownCapOf(lineage, deps.policy).microUsd;
    // A second click finds what the first has done.
    if (present === to) return;
    if (present !== from) throw overtaken(lineage.slug, from, present);
    await setOwnCap({ deps, tx }, { actor, lineage, to, reason });
    const change = { lineageId: lineage.id, from, to };
    const requestedBy = actorText(actor);
    if (untilAt !== null && from !== null) {
      await openOwnGrant({ deps, tx }, { keyId, alertId, untilAt, reason, requestedBy, change });
    }
    if (alertId === null) return;
    const until = untilAt === null || from === null ? {} : { until: untilAt };
    const answered = await answerAlert({ deps, tx }, alertId, { actor, gesture: 'raise_cap' });
    const detail = { from: capWords(from), to: capWords(to), reason, ...until, ...answered };
    await addAlertEvent({ deps, tx }, { id: alertId }, { kind: 'own_cap_raised', actor, detail });
    await announceAlert({ deps, tx }, { id: alertId });
  });
}

function overtaken(slug: string, from: number | null, present: number | null): AppError {
  return new AppError({
    code: 'conflict',
    message: `the own cap of ${slug} is not what was seen`,
    publicMessage: `Nothing was changed: the own cap was ${capWords(from)} when you looked and is ${capWords(present)} now.`,
  });
}
