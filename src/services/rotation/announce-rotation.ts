import { type Actor, actorText } from '../../domain/actor.ts';
import { ROTATION_STEPS, type Rotation, type StepName } from '../../domain/rotation.ts';
import type { RotationConsumer } from '../../domain/rotation-work.ts';
import type { AuditEntry, Repos } from '../../ports/store.ts';
import { addAlertEvent, announceAlert } from '../alerts/announce.ts';
import { CAMPAIGN_KEY, keySubject, POST_GAP_MS, touchKey } from '../campaigns/announce-campaign.ts';
import { noteProgress } from '../campaigns/note-progress.ts';
import type { Deps } from '../deps.ts';
import { ROTATION_KIND } from './rotation-link.ts';

export interface RotationContext {
  readonly deps: Pick<Deps, 'clock' | 'ids'>;
  readonly tx: Repos;
}

export const STEP_KIND = 'rotation_step';
export const DRIVER_KIND = 'rotation_driver';
export const DEPLOY_KIND = 'rotation_deployment';
/** The one message of what old and new key do. */
export const TRAFFIC_KIND = 'rotation_traffic';
/** The old key is used more again. */
export const RISE_KIND = 'rotation_rise';
/** The former secret has to be put back by a person. */
export const SECRET_KIND = 'rotation_secret';
/** The lists and texts of an emergency. */
export const CHECKLIST_KIND = 'rotation_checklist';
export const PAPER_KIND = 'rotation_paper';

/** Names one step's message. */
export function stepSubject(rotationId: string, step: StepName): string {
  return `${rotationId}:${step}`;
}

/**
 * Puts the root message and the six replies on the way, at first at the pace that Slack takes; those that look as before
 * are not edited. One of a campaign has
 * one message in the campaign's thread instead.
 */
export async function announceRotation({ deps, tx }: RotationContext, { id }: Pick<Rotation, 'id'>): Promise<void> {
  const rotation = await tx.rotations.get(id);
  if (rotation !== undefined) await noteProgress({ deps, tx }, rotation);
  if (rotation !== undefined && rotation.campaignId !== null) {
    const { campaignId } = rotation;
    // It may go on after its campaign is over.
    const isShown = (await tx.messages.get(CAMPAIGN_KEY, keySubject(campaignId, id))) !== undefined;
    if (isShown) await touchKey({ deps, tx }, { campaignId, rotationId: id });
    return;
  }
  const createdAt = deps.clock.now();
  const row = { threadKey: threadOf(id), createdAt };
  await tx.outbox.enqueue({ ...row, id: deps.ids.next('out'), kind: ROTATION_KIND, subjectId: id });
  const isBegun = (await tx.messages.get(ROTATION_KIND, id)) !== undefined;
  for (const [index, step] of ROTATION_STEPS.entries()) {
    const notBeforeAt = isBegun ? createdAt : createdAt + (index + 1) * POST_GAP_MS;
    const reply = { ...row, id: deps.ids.next('out'), kind: STEP_KIND, subjectId: stepSubject(id, step) };
    await tx.outbox.enqueue({ ...reply, notBeforeAt });
  }
  if (rotation?.kind === 'emergency') {
    await tx.outbox.enqueue({ ...row, id: deps.ids.next('out'), kind: CHECKLIST_KIND, subjectId: id });
  }
}

/** An edit pings nobody: whoever drives it from here on is told by a reply of its own. */
export async function tellDriver({ deps, tx }: RotationContext, { id, revision, driver }: Rotation): Promise<void> {
  await tx.outbox.enqueue({
    id: deps.ids.next('out'),
    kind: DRIVER_KIND,
    subjectId: `${id}:${revision}:${driver}`,
    threadKey: threadOf(id),
    createdAt: deps.clock.now(),
  });
}

/** A deployment that failed is told by a reply of its own, which mentions whoever drives the rotation. */
export async function tellDeployment(
  { deps, tx }: RotationContext,
  { rotationId, consumer, revision }: Pick<RotationConsumer, 'rotationId' | 'consumer' | 'revision'>,
): Promise<void> {
  await tx.outbox.enqueue({
    id: deps.ids.next('out'),
    kind: DEPLOY_KIND,
    subjectId: `${rotationId}:${revision}:${consumer}`,
    threadKey: threadOf(rotationId),
    createdAt: deps.clock.now(),
  });
}

/** After a roll-back, what is left for a person is told by a reply of its own, which mentions whoever drives it. */
export async function tellSecret({ deps, tx }: RotationContext, { id }: Pick<Rotation, 'id'>): Promise<void> {
  const row = { kind: SECRET_KIND, subjectId: id, threadKey: threadOf(id), createdAt: deps.clock.now() };
  await tx.outbox.enqueue({ ...row, id: deps.ids.next('out') });
}

export function threadOf(rotationId: string): string {
  return `rotation:${rotationId}`;
}

export interface RotationNews {
  readonly actor: Actor;
  /** `rotation.opened`, `rotation.step.done` … */
  readonly verb: string;
  readonly detail: NonNullable<AuditEntry['detail']>;
}

/** Writes a changed rotation down with its audit entry, and what the channel shows of it. */
export async function saveRotation(
  context: RotationContext,
  { before, after }: { readonly before: Rotation; readonly after: Rotation },
  { actor, verb, detail }: RotationNews,
): Promise<void> {
  const { deps, tx } = context;
  await tx.rotations.update(after);
  const named =
    after.newKeyId === null || after.newKeyId === before.newKeyId ? undefined : await tx.keys.get(after.newKeyId);
  // Whatever it is called: somebody has said whose it is.
  if (named !== undefined && !named.announced) await tx.keys.update({ ...named, announced: true });
  const entry = { at: deps.clock.now(), actor, subject: after.id };
  await tx.audit.append({ ...entry, verb, detail });
  if (after.state === 'done' && before.state === 'open') {
    const lengthMs = entry.at - after.startedAt;
    await tx.audit.append({ ...entry, verb: 'rotation.done', detail: { lineageId: after.lineageId, lengthMs } });
  }
  await announceRotation(context, after);
  if (after.state !== before.state) await tellAlert(context, after, { actor, kind: `rotation_${after.state}` });
  else if (after.driver !== before.driver && after.alertId !== null)
    await announceAlert(context, { id: after.alertId });
}

/** The alert that a rotation came from shows it, and its thread hears when it begins and ends. */
export async function tellAlert(
  context: RotationContext,
  { id, alertId, startedAt }: Rotation,
  { actor, kind, ...answered }: { readonly actor: Actor; readonly kind: string; readonly acknowledged?: true },
): Promise<void> {
  if (alertId === null) return;
  const detail = { rotationId: id, lengthMs: context.deps.clock.now() - startedAt, ...answered };
  await addAlertEvent(context, { id: alertId }, { kind, actor, detail });
  await announceAlert(context, { id: alertId });
}

export function isSameActor(actor: Actor, text: string | null): boolean {
  return actorText(actor) === text;
}
