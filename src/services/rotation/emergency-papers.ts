import type { Key } from '../../domain/key.ts';
import { BURN_HOURS } from '../../domain/rotation-burndown.ts';
import { HOUR_MS } from '../../domain/time.ts';
import { isUse, totalTokens, type UsageBucket } from '../../domain/usage.ts';
import type { Deps } from '../deps.ts';
import { type DescribeDeps, describeRotation, type RotationCard } from './describe-rotation.ts';

/** What the old key was used for in one hour with one model. */
export interface UsageLine {
  readonly startAt: number;
  readonly model: string;
  /** Null where the provider does not count requests. */
  readonly requests: number | null;
  readonly tokens: number;
  readonly costMicroUsd: number;
}

export interface Paper {
  readonly card: RotationCard;
  readonly key: Key;
  readonly from: number;
  readonly to: number;
  /** Newest first. */
  readonly lines: readonly UsageLine[];
  readonly costMicroUsd: number;
}

/** What is known of the old key's last day, for the people who look into it and for the provider's support. */
export async function readPaper(
  deps: DescribeDeps & Pick<Deps, 'clock'>,
  rotationId: string,
): Promise<Paper | undefined> {
  const card = await describeRotation(deps, rotationId);
  if (card === undefined) return undefined;
  const to = deps.clock.now();
  const from = to - BURN_HOURS * HOUR_MS;
  const all = await deps.store.read.usage.ofKeysFolded([card.oldKey.id], { from, to }, HOUR_MS);
  const uses = all.filter(isUse);
  const costMicroUsd = uses.reduce((sum, one) => sum + one.costMicroUsd, 0);
  return { card, key: card.oldKey, from, to, lines: linesOf(uses), costMicroUsd };
}

function linesOf(uses: readonly UsageBucket[]): readonly UsageLine[] {
  const lines = new Map<string, UsageLine>();
  for (const { startAt, model, requests, tokens, costMicroUsd } of uses) {
    const hour = Math.floor(startAt / HOUR_MS) * HOUR_MS;
    const name = `${hour} ${model}`;
    const known = lines.get(name) ?? { startAt: hour, model, requests: null, tokens: 0, costMicroUsd: 0 };
    lines.set(name, {
      ...known,
      requests: requests === null ? known.requests : (known.requests ?? 0) + requests,
      tokens: known.tokens + totalTokens(tokens),
      costMicroUsd: known.costMicroUsd + costMicroUsd,
    });
  }
  return [...lines.values()].sort((a, b) => b.startAt - a.startAt || b.costMicroUsd - a.costMicroUsd);
}
