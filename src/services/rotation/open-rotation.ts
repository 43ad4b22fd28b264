import { type Actor, actorText, systemActor } from '../../domain/actor.ts';
import type { Key, Lineage } from '../../domain/key.ts';
import { type NewRotation, newRotation, type Rotation, withStep } from '../../domain/rotation.ts';
import { changeByProof } from '../../domain/rotation-proof.ts';
import { steered } from '../../domain/rotation-steering.ts';
import { looseName } from '../../domain/rotation-work.ts';
import { scrubSecrets } from '../../domain/secret.ts';
import { dayText } from '../../domain/time.ts';
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
  /** What it is for, where it is no planned one of a person's, and who sees to it (actor text; else whoever began it). */
  readonly purpose?: Partial<
    Pick<NewRotation, 'kind' | 'isPublic' | 'isAutomatic' | 'campaignId' | 'newName' | 'dueAt'>
  > & { readonly driver?: string };
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
  return deps.store.write((tx) => openRotationIn({ deps, tx }, input));
}

/** The same in a transaction that does more. */
export async function openRotationIn(
  { deps, tx }: { readonly deps: Omit<OpenDeps, 'store'>; readonly tx: Repos },
  input: OpenRotationInput,
): Promise<OpenedRotation> {
  const reason = cleanReason(input.reason);
  const key = await tx.keys.get(input.keyId);
  const lineage = key && (await tx.lineages.get(key.lineageId));
  if (key === undefined || lineage === undefined) throw invalid('This key is not in the inventory any more.');
  if (key.kind === 'admin') throw invalid('Admin keys are replaced in the provider’s console, not from here.');
  const standing = await tx.rotations.openOfLineage(lineage.id);
  const isDrill = input.purpose?.kind === 'drill';
  // A rehearsal must not stand in the way of the real thing.
  if (standing?.kind === 'drill' && !isDrill) await endDrill({ deps, tx }, standing, input.actor);
  else if (standing !== undefined) return { rotation: standing, isNew: false };
  const alertId = isDrill ? null : await alertOf(tx, lineage, input.alertId);
  return { rotation: await begin({ deps, tx }, { ...input, reason, alertId, key, lineage }), isNew: true };
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
  { deps, tx }: { readonly deps: Omit<OpenDeps, 'store'>; readonly tx: Repos },
  { actor, key, lineage, alertId, reason, purpose }: Beginning,
): Promise<Rotation> {
  const now = deps.clock.now();
  const { driver = actorText(actor), ...planned } = purpose ?? {};
  const fresh = {
    ...newRotation({
      id: deps.ids.next('rot'),
      newName: await freeName(tx, { key, lineage, at: now }),
      lineageId: lineage.id,
      oldKeyId: key.id,
      alertId,
      reason,
      startedBy: actorText(actor),
      startedAt: now,
      ...planned,
    }),
    driver,
  };
  // Suspended from the alert first, rotated then: what is stopped need not be stopped again.
  const by = actorText(systemActor('follow-rotations'));
  const proof = changeByProof(fresh, { status: key.status, by, at: now, evidence: await endEvidence(tx, fresh, key) });
  const rotation = proof === null ? fresh : withStep(fresh, proof);
  await tx.rotations.insert(rotation);
  const { kind, isPublic, campaignId } = fresh;
  const detail = {
    lineageId: lineage.id,
    slug: lineage.slug,
    keyId: key.id,
    alertId,
    reason,
    kind,
    isPublic,
    campaignId,
  };
  // A rehearsal answers nothing.
  const answered = kind === 'drill' ? {} : await answerAlert({ deps, tx }, alertId, { actor, gesture: 'rotate' });
  await tx.audit.append({ at: now, actor, verb: 'rotation.opened', subject: rotation.id, detail });
  await announceRotation({ deps, tx }, rotation);
  await tellAlert({ deps, tx }, rotation, { actor, kind: 'rotation_started', ...answered });
  return rotation;
}

/** What the new key has to be called: a name that no key of the scope, and no earlier rotation of this one, has had. */
async function freeName(
  tx: Repos,
  { key, lineage, at }: { readonly key: Key; readonly lineage: Lineage; readonly at: number },
): Promise<string> {
  const siblings = await tx.keys.ofScope(key.providerId, key.scopeId);
  const taken = new Set(siblings.map(({ label }) => looseName(label)));
  const last = (await tx.rotations.latestOfLineage(lineage.id))?.newName;
  if (last) taken.add(looseName(last));
  const base = `${lineage.slug}-${dayText(at)}`;
  for (let name = base, count = 2; ; name = `${base}-${count}`, count += 1) {
    if (!taken.has(looseName(name))) return name;
  }
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
