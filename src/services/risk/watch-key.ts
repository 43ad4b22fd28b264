import { LEARNING_DAYS } from '../../domain/baseline.ts';
import { confirmedOwnerOf } from '../../domain/key.ts';
import { type Watch, watchOf } from '../../domain/watch.ts';
import type { Watermark } from '../../ports/store.ts';
import { type PagedNow, whoWouldBePaged } from '../alerts/who-is-paged.ts';
import { isUsed, learningOf } from '../baselines/learning.ts';
import type { Deps } from '../deps.ts';
import type { KeySummary } from '../inventory/list-keys.ts';
import { unseenOn } from './unseen.ts';

type WatchDeps = Pick<Deps, 'store' | 'clock' | 'policy' | 'providers' | 'outlets'>;
type About = Pick<KeySummary, 'key' | 'lineage'>;

/** Who would notice that this key leaked, where, and within which time. */
export async function watchKey(deps: WatchDeps, { key, lineage }: About): Promise<Watch> {
  const { store } = deps;
  const paged = await whoWouldBePaged(deps);
  const ownerId = confirmedOwnerOf(lineage);
  const member = ownerId === null ? undefined : await store.read.members.get(ownerId);
  const watermark = await store.read.watermarks.get(key.connectionId);
  const learning = await learningOf(deps, { key, lineage });
  return watchWith(deps, { key, lineage }, { paged, watermark, learning, isOwnerActive: member?.isActiveFullMember });
}

/** The same for many keys, in a few reads however many there are. */
export async function watchKeys(
  deps: WatchDeps & Pick<Deps, 'breathe'>,
  keys: readonly About[],
): Promise<ReadonlyMap<string, Watch>> {
  const { store, clock, breathe } = deps;
  const paged = await whoWouldBePaged(deps);
  const members = new Map((await store.read.members.all()).map((one) => [one.userId, one.isActiveFullMember]));
  const baselines = await store.baselines(breathe);
  const watermarks = new Map<string, Watermark | undefined>();
  for (const { key } of keys) {
    if (watermarks.has(key.connectionId)) continue;
    watermarks.set(key.connectionId, await store.read.watermarks.get(key.connectionId));
  }
  const now = clock.now();
  return new Map(
    keys.map(({ key, lineage }) => {
      const days = baselines.get(lineage.id)?.daysLearned ?? 0;
      const seen: Seen = {
        paged,
        watermark: watermarks.get(key.connectionId),
        learning: isUsed(key, now) && days < LEARNING_DAYS ? days : null,
        isOwnerActive: members.get(confirmedOwnerOf(lineage) ?? ''),
      };
      return [key.id, watchWith(deps, { key, lineage }, seen)];
    }),
  );
}

interface Seen {
  readonly paged: PagedNow;
  readonly watermark: Watermark | undefined;
  readonly learning: number | null;
  /** Undefined: never seen, so nobody says that they left. */
  readonly isOwnerActive: boolean | undefined;
}

function watchWith(
  deps: WatchDeps,
  { key, lineage }: About,
  { paged, watermark, learning, isOwnerActive }: Seen,
): Watch {
  const { clock, policy, providers, outlets } = deps;
  const ownerId = confirmedOwnerOf(lineage);
  return watchOf({
    first: paged.first,
    admins: paged.admins,
    owner: ownerId === null ? null : { id: ownerId, isActive: isOwnerActive ?? true },
    channel: policy.channels.alerts,
    webhooks: outlets.webhooks.length,
    escalation: policy.escalation,
    unseen: unseenOn(policy, watermark, clock.now()),
    blindSince: watermark?.failingSince ?? null,
    usagePerKey: providers.get(key.connectionId)?.capabilities.usagePerKey ?? true,
    learning,
  });
}
