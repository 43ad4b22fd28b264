import type { Clock } from '../../ports/clock.ts';
import type { World } from '../world/index.ts';
import type { Lag } from './lag.ts';
import type { AdminKey } from './stand-in.ts';

export interface OpenAiStandInOptions extends Lag {
  readonly world: World;
  readonly clock: Clock;
  readonly adminKeys: readonly AdminKey[];
  /** A free port by default. */
  readonly port?: number;
  /** Whether a service account's key can be deleted by itself. */
  readonly serviceAccountKeyDelete?: 'works' | 'refused';
  /** Whether the endpoint that gives a key an expiry exists. */
  readonly keyUpdate?: 'works' | 'missing';
  /** Live answers carry dollar amounts as strings although the types say number. */
  readonly costAmounts?: 'string' | 'number';
  /** Whether an owner switched the audit log on: an empty list until then, or a refusal. Off by default. */
  readonly auditLog?: 'on' | 'off' | 'refused';
}
