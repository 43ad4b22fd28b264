import type { Alert } from '../../domain/alert.ts';
import type { Key, Lineage } from '../../domain/key.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { dayText } from '../../domain/time.ts';
import type { ConsoleSteps, KeyAct } from '../../ports/provider.ts';
import { possibleActs } from '../alerts/describe-alert.ts';
import type { Deps } from '../deps.ts';
import { describeEnd, type EndCard } from './describe-end.ts';
import { type RotationWork, readWork } from './read-work.ts';
import type { Place } from './rotation-link.ts';

/** Everything that the messages of a rotation need, and nothing that they must look up. */
export interface RotationCard {
  readonly rotation: Rotation;
  readonly lineage: Lineage;
  readonly oldKey: Key;
  readonly newKey: Key | null;
  readonly providerTitle: string;
  readonly scopeName: string | null;
  /** How a person makes the new key; null where the connection is configured no more. */
  readonly createSteps: ConsoleSteps | null;
  /** How a person stops the old one by hand; null where there is a button for it. */
  readonly stopSteps: ConsoleSteps | null;
  /** What can be done to the old key from here, mildest first. */
  readonly acts: readonly KeyAct[];
  readonly alert: { readonly number: Alert['number']; readonly place: Place | null } | null;
  /** What to call the new key, so that everybody knows it again. */
  readonly newName: string;
  readonly work: RotationWork;
  readonly end: EndCard;
}

export type DescribeDeps = Pick<
  Deps,
  'store' | 'clock' | 'providers' | 'policy' | 'places' | 'secretStores' | 'deployHooks'
>;

export async function describeRotation(deps: DescribeDeps, rotationId: string): Promise<RotationCard | undefined> {
  const { alerts, keys, lineages, messages, rotations, scopes } = deps.store.read;
  const rotation = await rotations.get(rotationId);
  const lineage = rotation && (await lineages.get(rotation.lineageId));
  const oldKey = rotation && (await keys.get(rotation.oldKeyId));
  if (rotation === undefined || lineage === undefined || oldKey === undefined) return undefined;

  const provider = deps.providers.get(oldKey.connectionId);
  const ref = { providerKeyId: oldKey.providerKeyId, scopeId: oldKey.scopeId };
  const acts = possibleActs(deps, oldKey);
  const alert = rotation.alertId === null ? undefined : await alerts.get(rotation.alertId);
  const isOfKey = (scope: { id: string; providerId: string }) =>
    scope.id === oldKey.scopeId && scope.providerId === oldKey.providerId;
  return {
    rotation,
    lineage,
    oldKey,
    newKey: rotation.newKeyId === null ? null : ((await keys.get(rotation.newKeyId)) ?? null),
    providerTitle: provider?.title ?? oldKey.providerId,
    scopeName: (await scopes.all()).find(isOfKey)?.name ?? null,
    createSteps: provider?.consoleSteps('create', ref) ?? null,
    stopSteps: acts.length === 0 ? (provider?.consoleSteps('revoke', ref) ?? null) : null,
    acts,
    alert:
      alert === undefined ? null : { number: alert.number, place: (await messages.get('alert', alert.id)) ?? null },
    newName: newKeyName(lineage, rotation),
    work: await readWork(deps, rotation, { oldKey, lineage }),
    end: await describeEnd(deps, rotation, oldKey),
  };
}

/** `prod-api-2026-10-17`, as it was agreed when the rotation began. */
export function newKeyName({ slug }: Lineage, { newName, startedAt }: Rotation): string {
  return newName ?? `${slug}-${dayText(startedAt)}`;
}
