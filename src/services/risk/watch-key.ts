import { confirmedOwnerOf } from '../../domain/key.ts';
import { type Watch, watchOf } from '../../domain/watch.ts';
import { whoWouldBePaged } from '../alerts/who-is-paged.ts';
import { learningOf } from '../baselines/learning.ts';
import type { Deps } from '../deps.ts';
import type { KeySummary } from '../inventory/list-keys.ts';
import { unseenOn } from './unseen.ts';

type WatchDeps = Pick<Deps, 'store' | 'clock' | 'policy' | 'providers' | 'outlets'>;

/** Who would notice that this key leaked, where, and within which time. */
export async function watchKey(deps: WatchDeps, { key, lineage }: Pick<KeySummary, 'key' | 'lineage'>): Promise<Watch> {
  const { store, clock, policy, providers, outlets } = deps;
  const paged = await whoWouldBePaged(deps);
  const ownerId = confirmedOwnerOf(lineage);
  const member = ownerId === null ? undefined : await store.read.members.get(ownerId);
  const watermark = await store.read.watermarks.get(key.connectionId);
  const provider = providers.get(key.connectionId);
  return watchOf({
    first: paged.first,
    admins: paged.admins,
    owner: ownerId === null ? null : { id: ownerId, isActive: member?.isActiveFullMember ?? true },
    channel: policy.channels.alerts,
    webhooks: outlets.webhooks.length,
    escalation: policy.escalation,
    unseen: unseenOn(policy, watermark, clock.now()),
    blindSince: watermark?.failingSince ?? null,
    usagePerKey: provider?.capabilities.usagePerKey ?? true,
    learning: await learningOf(deps, { key, lineage }),
  });
}
