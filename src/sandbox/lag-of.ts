import { MINUTE_MS } from '../domain/time.ts';
import type { Lag } from './providers/index.ts';
import type { ProviderId, Scenario } from './world/index.ts';

interface Plan {
  readonly scenario: Scenario;
  readonly provider: ProviderId;
  readonly lagMinutes: number;
}

/** How late this provider publishes on the stage. */
export function lagOf({ scenario, provider, lagMinutes }: Plan, id: ProviderId): Lag {
  const plans = (scenario.lags?.(provider) ?? []).filter((plan) => plan.provider === id);
  const lagSpells = plans.map(({ from, to, minutes }) => ({ from, to, lagMs: minutes * MINUTE_MS }));
  return { lagMs: lagMinutes * MINUTE_MS, lagSpells };
}
