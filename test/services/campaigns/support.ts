import type { Campaign } from '../../../src/domain/campaign.ts';
import { stepOf } from '../../../src/domain/rotation.ts';
import { planCampaigns } from '../../../src/services/campaigns/plan-campaigns.ts';
import { nextCampaignWork, runCampaigns } from '../../../src/services/campaigns/run-campaigns.ts';
import { changeStep } from '../../../src/services/rotation/change-step.ts';
import { type Bench, type BenchOptions, member, openBench, present } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';
import { ADA } from '../../support/requests.ts';

/** A Thursday in September, a month before the campaign of October. */
export const SEPTEMBER = Date.UTC(2026, 8, 10, 12);
/** The second Tuesday of October, 10:00 in Amsterdam. */
export const TURN = Date.UTC(2026, 9, 13, 8);
export const DAY = 86_400_000;

const POLICY = 'calendar: { timezone: Europe/Amsterdam }\n';

export interface Fleet extends BenchOptions {
  readonly keys: number;
  /** Owners in turn; null: nobody. */
  readonly owners?: readonly (string | null)[];
  /** Lines of the section `rotation`. */
  readonly rotation?: string;
}

/** Production keys of several owners, two years old, with campaigns switched on. */
export async function openFleet({
  keys,
  owners = ['U0ANA', 'U0BEN', null],
  rotation = '',
  ...options
}: Fleet): Promise<Bench> {
  const policy = `${POLICY}rotation:\n  campaigns: true\n${rotation}\nenvironments: [{ match: 'prod-*', environment: production }]\n`;
  const bench = openBench({ now: SEPTEMBER, policy, ...options });
  const createdAt = SEPTEMBER - 700 * DAY;
  for (let index = 0; index < keys; index += 1) {
    const name = `prod-${String(index).padStart(3, '0')}`;
    bench.provider.put(fakeKey(`key_${index}`, { label: name, createdAt }));
  }
  await bench.sync();
  const zones = ['Europe/Amsterdam', 'America/New_York'];
  await bench.store.write(async (tx) => {
    for (const [index, owner] of owners.entries()) {
      if (owner === null) continue;
      const timezone = zones[index % zones.length] ?? 'UTC';
      await tx.members.upsert({ ...member(owner, { timezone }), lastSeenAt: SEPTEMBER });
    }
    for (const [index, lineage] of (await tx.lineages.all()).entries()) {
      const ownerSlackId = owners[index % owners.length] ?? null;
      const ownerStanding = 'confirmed' as const;
      await tx.lineages.update({ ...lineage, ownerSlackId, ownerStanding });
    }
  });
  return bench;
}

/** Jumps from one due instant of campaigns to the next, planning each hour of them, until then. */
export async function runUntil(bench: Bench, until: number): Promise<void> {
  for (let turns = 0; turns < 5_000; turns += 1) {
    await planCampaigns(bench.deps);
    await runCampaigns(bench.deps);
    const next = await nextCampaignWork(bench.deps);
    if (next === null || next > until) break;
    bench.clock.jumpTo(Math.max(next, bench.clock.now()));
  }
  bench.clock.jumpTo(until);
}

export async function only(bench: Bench, state: Campaign['state'] = 'running'): Promise<Campaign> {
  const { campaigns } = bench.store.read;
  const all = [...(await campaigns.standing()), ...(await campaigns.closed(10))];
  return present(all.find((one) => one.state === state && one.environment === 'production'));
}

/** Ada says that the first step of a key is done. */
export async function progress(bench: Bench, slug: string, event: 'complete' | 'block' = 'complete'): Promise<void> {
  const { id } = await only(bench);
  const member = present((await bench.store.read.campaigns.members(id)).find((one) => one.slug === slug));
  const rotation = present(await bench.store.read.rotations.get(member.rotationId ?? ''));
  const reason = event === 'block' ? 'release freeze' : null;
  const { revision } = stepOf(rotation, 'generate');
  await changeStep(bench.deps, { actor: ADA, rotationId: rotation.id, step: 'generate', revision, event, reason });
}
