import type { Action } from '../../domain/action.ts';
import type { Alert } from '../../domain/alert.ts';
import type { Deps } from '../deps.ts';

/** The state of things as bare numbers, for a monitor. */
export interface Figures {
  /** By provider: since the connection that is worst off was read last; null: never. */
  readonly dataAgeMs: ReadonlyMap<string, number | null>;
  readonly alerts: readonly Pick<Alert, 'state' | 'severity'>[];
  readonly actions: readonly Pick<Action, 'state'>[];
  readonly outbox: { readonly waiting: number; readonly dead: number; readonly oldestAgeMs: number };
  readonly failingJobs: number;
}

export interface FiguresDeps extends Pick<Deps, 'store' | 'clock'> {
  readonly connections: readonly { readonly connectionId: string; readonly providerId: string }[];
}

export async function readFigures({ store, clock, connections }: FiguresDeps): Promise<Figures> {
  const { actions, alerts, jobRuns, outbox } = store.read;
  const now = clock.now();
  const oldestAt = await outbox.oldestWaitingAt();
  return {
    dataAgeMs: await dataAges({ store, connections }, now),
    alerts: await alerts.unresolved(),
    actions: await actions.unfinished(),
    outbox: { ...(await outbox.counts()), oldestAgeMs: oldestAt === null ? 0 : now - oldestAt },
    failingJobs: [...(await jobRuns.latest()).values()].filter(({ outcome }) => outcome === 'failed').length,
  };
}

async function dataAges({ store, connections }: Pick<FiguresDeps, 'store' | 'connections'>, now: number) {
  const ages = new Map<string, number | null>();
  for (const { connectionId, providerId } of connections) {
    const polledAt = (await store.read.watermarks.get(connectionId))?.polledAt ?? null;
    const worst = ages.get(providerId);
    if (polledAt === null || worst === null) ages.set(providerId, null);
    else ages.set(providerId, Math.max(worst ?? 0, now - polledAt));
  }
  return ages;
}
