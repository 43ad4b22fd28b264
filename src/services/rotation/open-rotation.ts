import { type Actor, actorText, systemActor } from '../../domain/actor.ts';
import type { Key, Lineage } from '../../domain/key.ts';
import { type NewRotation, newRotation, type Rotation, withStep } from '../../domain/rotation.ts';
import { changeByProof } from '../../domain/rotation-proof.ts';
import { steered } from '../../domain/rotation-steering.ts';
import { scrubSecrets } from '../../domain/secret.ts';
import type { Repos } from '../../ports/store.ts';
import { invalid, REASON_MAX } from '../actions/record-request.ts';
import { answerAlert } from '../alerts/acknowledge-alert.ts';
import type { Deps } from '../deps.ts';
import { announceRotation, type RotationContext, saveRotation, tellAlert } from './announce-rotation.ts';
import { endEvidence } from './old-key-end.ts';

type OpenDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'outlets'>;

export interface OpenRotationInput {
  readonly actor: Actor;
  readonly keyId: string;
  readonly alertId: string | null;
  readonly reason: string;
  /** What it is for, where it is no planned one of a person's. */
  readonly purpose?: Partial<
    Pick<NewRotation, 'kind' | 'isPublic' | 'isAutomatic' | 'campaignId' | 'newName' | 'dueAt'>
  >;
}

export interface OpenedRotation {
  readonly rotation: Rotation;
  /** False: one was open already, and this is that one. */
  readonly isNew: boolean;
}

/**
 * Begins the rotation of a key, with the alert that stands open about it. A lineage has one at a time; a drill gives way to
 * what is no drill.
 */
export async function openRotation(deps: OpenDeps, input: OpenRotationInput): Promise<OpenedRotation> {
  const reason = cleanReason(input.reason);
  return deps.store.write(async (tx) => {
    const key = await tx.keys.get(input.keyId);
    const lineage = key && (await tx.lineages.get(key.lineageId));
    if (key === undefined || lineage === undefined) throw invalid('This key is not in the inventory any more.');
    if (key.kind === 'admin') throw invalid('Admin keys are replaced in the provider’s console, not from here.');
    const standing = await tx.rotations.openOfLineage(lineage.id);
    const isDrill = input.purpose?.kind === 'drill';
    if (standing !== undefined && (standing.kind !== 'drill' || isDrill)) return { rotation: standing, isNew: false };
    if (standing !== undefined) await endDrill({ deps, tx }, standing, input.actor);
    const alertId = isDrill ? null : await alertOf(tx, lineage, input.alertId);
    return { rotation: await begin({ deps, tx }, { ...input, reason, alertId, key, lineage }), isNew: true };
  });
}

/** People paste the leaked key itself into the reason. */
export function cleanReason(text: string): string {
  const reason = scrubSecrets(text.trim()).slice(0, REASON_MAX);
  if (reason === '') throw invalid('Say in a few words why; it goes into the audit log.');
  return reason;
}

interface Beginning extends OpenRotationInput {
  readonly key: Key;
  readonly lineage: Lineage;
}

async function begin(
  { deps, tx }: { readonly deps: OpenDeps; readonly tx: Repos },
  { actor, key, lineage, alertId, reason, purpose }: Beginning,
): Promise<Rotation> {
  const now = deps.clock.now();
  const fresh = newRotation({
    id: deps.ids.next('rot'),
    lineageId: lineage.id,
    oldKeyId: key.id,
    alertId,
    reason,
    startedBy: actorText(actor),
    startedAt: now,
    ...purpose,
  });
  // Suspended from the alert first, rotated then: what is stopped need not be stopped again.
  const by = actorText(systemActor('follow-rotations'));
  const proof = changeByProof(fresh, { status: key.status, by, at: now, evidence: await endEvidence(tx, fresh, key) });
  const rotation = proof === null ? fresh : withStep(fresh, proof);
  await tx.rotations.insert(rotation);
  const { kind, isPublic } = fresh;
  const detail = { lineageId: lineage.id, slug: lineage.slug, keyId: key.id, alertId, reason, kind, isPublic };
  // A rehearsal answers nothing.
  const answered = kind === 'drill' ? {} : await answerAlert({ deps, tx }, alertId, { actor, gesture: 'rotate' });
  await tx.audit.append({ at: now, actor, verb: 'rotation.opened', subject: rotation.id, detail });
  await announceRotation({ deps, tx }, rotation);
  await tellAlert({ deps, tx }, rotation, { actor, kind: 'rotation_started', ...answered });
  return rotation;
}

async function endDrill(context: RotationContext, drill: Rotation, actor: Actor): Promise<void> {
  const reason = 'a real rotation of this key began';
  const ended = steered(drill, 'cancel', { by: actorText(actor), at: context.deps.clock.now(), reason });
  if (ended === null) return;
  const news = { actor, verb: 'rotation.cancelled', detail: { reason } };
  await saveRotation(context, { before: drill, after: ended }, news);
}

/** The alert that was clicked, or the one that stands open about the lineage. */
async function alertOf(tx: Repos, lineage: Lineage, alertId: string | null): Promise<string | null> {
  const asked = alertId === null ? undefined : await tx.alerts.get(alertId);
  if (asked?.lineageId === lineage.id) return asked.id;
  const latest = await tx.alerts.latestOfLineage(lineage.id);
  return latest === undefined || latest.state === 'resolved' ? null : latest.id;
}
