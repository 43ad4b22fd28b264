import type { KeyStatus } from '../../domain/key.ts';
import type { Rotation } from '../../domain/rotation.ts';
import type { MessageRecord } from '../../ports/store.ts';
import { CAMPAIGN_KEY, CAMPAIGN_KIND, keySubject } from '../campaigns/announce-campaign.ts';
import type { Deps } from '../deps.ts';

/** The outbox's name for a rotation's root message. */
export const ROTATION_KIND = 'rotation';

/** Where a message stands. */
export type Place = Pick<MessageRecord, 'channel' | 'ts'>;

/** A rotation that is under way or over, and where its message is once it is posted. */
export interface RotationLink {
  readonly rotation: Rotation;
  readonly oldKeyStatus: KeyStatus;
  readonly place: Place | null;
}

/** The open rotation of a lineage, with its message. */
export async function openRotationOf({ store }: Pick<Deps, 'store'>, lineageId: string): Promise<RotationLink | null> {
  const rotation = await store.read.rotations.openOfLineage(lineageId);
  return rotation === undefined ? null : linkOf({ store }, rotation);
}

export async function openRotations({ store }: Pick<Deps, 'store'>): Promise<readonly RotationLink[]> {
  const open = await store.read.rotations.openWithKeys();
  return Promise.all(
    open.map(async ({ rotation, oldKey }) => ({
      rotation,
      oldKeyStatus: oldKey.status,
      place: await placeOf({ store }, rotation),
    })),
  );
}

export async function linkOf({ store }: Pick<Deps, 'store'>, rotation: Rotation): Promise<RotationLink> {
  const oldKey = await store.read.keys.get(rotation.oldKeyId);
  return { rotation, oldKeyStatus: oldKey?.status ?? 'gone', place: await placeOf({ store }, rotation) };
}

async function placeOf({ store }: Pick<Deps, 'store'>, rotation: Rotation): Promise<Place | null> {
  const { messages } = store.read;
  const { id, campaignId } = rotation;
  const own = campaignId === null ? undefined : await messages.get(CAMPAIGN_KEY, keySubject(campaignId, id));
  const root = rootOf(rotation);
  return own ?? (await messages.get(root.kind, root.subjectId)) ?? null;
}

/** The message whose thread a rotation goes on in: its own, or its campaign's. */
export function rootOf({ id, campaignId }: Pick<Rotation, 'id' | 'campaignId'>) {
  return campaignId === null ? { kind: ROTATION_KIND, subjectId: id } : { kind: CAMPAIGN_KIND, subjectId: campaignId };
}
