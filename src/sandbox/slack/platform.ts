import type { Clock } from '../../ports/clock.ts';
import type { Faults } from './faults.ts';
import type { InFlight } from './in-flight.ts';
import type { Interactions } from './interactions.ts';
import type { SocketHub } from './socket.ts';
import type { ApiCall } from './types.ts';
import type { ViewStore } from './view-store.ts';
import type { Workspace } from './workspace.ts';

/** All parts of one running stand-in, handed to those who work on them. */
export interface Platform {
  readonly clock: Clock;
  readonly workspace: Workspace;
  readonly views: ViewStore;
  readonly interactions: Interactions;
  readonly sockets: SocketHub;
  readonly faults: Faults;
  readonly inFlight: InFlight;
  readonly calls: ApiCall[];
  /** Business time of the last post per channel, for the limit of one message per second. */
  readonly lastPostAt: Map<string, number>;
  readonly enforceRateLimit: boolean;
  /** `http://127.0.0.1:PORT`; known once the server listens. */
  readonly url: () => string;
}
