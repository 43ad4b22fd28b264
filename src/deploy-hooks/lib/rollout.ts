import { z } from 'zod';
import type { DeployState } from '../../ports/deploy-hook.ts';

export type WorkloadKind = 'deployment' | 'statefulset' | 'daemonset';

const count = z.number().nullish();
const strategy = z.object({ type: z.string().nullish(), rollingUpdate: z.object({ partition: count }).nullish() });
const condition = z.object({ type: z.string(), reason: z.string().nullish(), status: z.string() });

/** What of a workload says how far its pods are. */
export const workload = z.object({
  metadata: z.object({ generation: count }).nullish(),
  spec: z.object({
    replicas: count,
    paused: z.boolean().nullish(),
    updateStrategy: strategy.nullish(),
    template: z.object({
      metadata: z.object({ annotations: z.record(z.string(), z.string()).nullish() }).nullish(),
    }),
  }),
  status: z
    .object({
      observedGeneration: count,
      replicas: count,
      updatedReplicas: count,
      readyReplicas: count,
      availableReplicas: count,
      desiredNumberScheduled: count,
      updatedNumberScheduled: count,
      numberAvailable: count,
      conditions: z.array(condition).nullish(),
    })
    .nullish(),
});
export type Workload = z.output<typeof workload>;

export interface Rollout {
  readonly state: DeployState;
  readonly problem: string | null;
  /** Why a restart would start nothing. */
  readonly refusal: string | null;
}

/** How far the pods are, as `kubectl rollout status` counts it. */
export function rolloutOf(kind: WorkloadKind, present: Workload): Rollout {
  const refusal = refusalOf(present);
  const { wanted, updated, available, others } = countsOf(kind, present);
  const isSeen = (present.status?.observedGeneration ?? 0) >= (present.metadata?.generation ?? 0);
  if (isSeen && isStuck(present)) {
    const problem = `The rollout stopped: ${updated} of ${wanted} pods are new, and no more became ready in time.`;
    return { state: 'failed', problem, refusal };
  }
  const isOver = isSeen && updated >= wanted && available >= wanted && others <= 0;
  if (isOver) return { state: 'succeeded', problem: null, refusal };
  return {
    state: 'running',
    problem: isSeen ? `${updated} of ${wanted} pods are new, ${available} available.` : null,
    refusal,
  };
}

interface Counts {
  readonly wanted: number;
  readonly updated: number;
  readonly available: number;
  /** Old pods that still run. */
  readonly others: number;
}

function countsOf(kind: WorkloadKind, { spec, status }: Workload): Counts {
  if (kind === 'daemonset') {
    const wanted = status?.desiredNumberScheduled ?? 0;
    return { wanted, updated: status?.updatedNumberScheduled ?? 0, available: status?.numberAvailable ?? 0, others: 0 };
  }
  const updated = status?.updatedReplicas ?? 0;
  const all = status?.replicas ?? 0;
  // A stateful set counts availability only where the cluster is new enough.
  const available = status?.availableReplicas ?? (kind === 'statefulset' ? (status?.readyReplicas ?? 0) : 0);
  return { wanted: spec.replicas ?? 1, updated, available, others: all - updated };
}

function isStuck({ status }: Workload): boolean {
  return (status?.conditions ?? []).some(
    ({ type, reason }) => type === 'Progressing' && reason === 'ProgressDeadlineExceeded',
  );
}

function refusalOf({ spec }: Workload): string | null {
  if (spec.paused === true) return 'does not roll out, because the deployment is paused';
  if (spec.updateStrategy?.type === 'OnDelete') {
    return 'does not restart pods by itself, because its updateStrategy is OnDelete: delete the pods one by one';
  }
  if ((spec.updateStrategy?.rollingUpdate?.partition ?? 0) > 0) {
    return 'restarts only a part of its pods, because its rolling update has a partition: set it to 0 first';
  }
  return null;
}
