import type { Kysely } from 'kysely';
import type { Ids } from '../ports/ids.ts';
import type { WakeTopic } from '../ports/store.ts';
import type { RotationMirror } from './rotation-mirror.ts';
import type { Database } from './schema.ts';
import type { Touched } from './touched.ts';
import type { UsageDigests } from './usage-digests.ts';

export interface RepoContext {
  /** A transaction for writes, the read-only connection for reads. */
  readonly db: Kysely<Database>;
  readonly ids: Ids;
  readonly sign: (text: string) => string;
  readonly wake: (topic: WakeTopic) => void;
  readonly digests: UsageDigests;
  readonly rotations: Pick<RotationMirror, 'note'>;
  /** What of the inventory this transaction changes. */
  readonly touched: Touched;
  /** Runs when the transaction has committed, and never when it rolls back. */
  readonly afterCommit: (run: () => void) => void;
}
