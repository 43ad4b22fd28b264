import { type ChannelTroubleStatus, readTroubles } from '../delivery/channel-trouble.ts';
import { HEARTBEAT } from '../delivery/send-heartbeat.ts';
import type { Deps } from '../deps.ts';

/** A way out besides Slack. */
export interface OutletStatus {
  readonly title: string;
  readonly host: string;
  readonly sentAt: number | null;
  readonly failingSince: number | null;
  readonly problem: string | null;
}

/** How what is told gets out. */
export interface DeliveryStatus {
  /** Since when the oldest message waits to be sent. */
  readonly waitingSince: number | null;
  /** Channels that cannot be posted to. */
  readonly troubles: readonly ChannelTroubleStatus[];
  readonly outlets: readonly OutletStatus[];
}

type DeliveryDeps = Pick<Deps, 'store' | 'outlets'>;

export async function readDeliveries(deps: DeliveryDeps): Promise<DeliveryStatus> {
  return {
    waitingSince: await deps.store.read.outbox.oldestWaitingAt(),
    troubles: await readTroubles(deps),
    outlets: await readOutlets(deps),
  };
}

async function readOutlets({ store, outlets }: DeliveryDeps): Promise<readonly OutletStatus[]> {
  const { webhooks, heartbeat } = outlets;
  const configured = [
    ...webhooks.map(({ id, title, host }) => ({ id, title, host })),
    ...(heartbeat === null ? [] : [{ id: HEARTBEAT, title: 'Heartbeat', host: heartbeat.host }]),
  ];
  return Promise.all(
    configured.map(async ({ id, title, host }) => {
      const { sentAt = null, failingSince = null, problem = null } = (await store.read.outlets.get(id)) ?? {};
      return { title, host, sentAt, failingSince, problem };
    }),
  );
}
