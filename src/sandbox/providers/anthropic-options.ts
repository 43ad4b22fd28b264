import type { Clock } from '../../ports/clock.ts';
import type { World } from '../world/index.ts';
import type { Lag } from './lag.ts';
import type { AdminKey } from './stand-in.ts';

export interface AnthropicStandInOptions extends Lag {
  readonly world: World;
  readonly clock: Clock;
  readonly adminKeys: readonly AdminKey[];
  /** A free port by default. */
  readonly port?: number;
  /** Usage and cost analytics; 404 when off. On by default. */
  readonly analytics?: 'on' | 'off';
  /** Spend limits by API are an early access preview; off by default. */
  readonly spendLimits?: 'on' | 'off';
  /** The activity feed; 403 when off, as for an admin key without its scope. Off by default. */
  readonly activityFeed?: 'on' | 'off';
}
