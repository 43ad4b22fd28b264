import { expect, test } from 'vitest';
import { rolloutOf, type Workload, type WorkloadKind } from '../../src/deploy-hooks/lib/rollout.ts';

const workload = (spec: object, status: object): Workload => ({
  metadata: { generation: 4 },
  spec: { replicas: 3, template: {}, ...spec },
  status: { observedGeneration: 4, ...status },
});
const ALL_NEW = { replicas: 3, updatedReplicas: 3, availableReplicas: 3 };

test.each<[what: string, kind: WorkloadKind, spec: object, status: object, state: string]>([
  ['all pods are new and available', 'deployment', {}, ALL_NEW, 'succeeded'],
  ['the controller has not seen it yet', 'deployment', {}, { ...ALL_NEW, observedGeneration: 3 }, 'running'],
  ['an old pod still runs', 'deployment', {}, { ...ALL_NEW, replicas: 4 }, 'running'],
  ['a new pod is not available', 'deployment', {}, { ...ALL_NEW, availableReplicas: 2 }, 'running'],
  ['it is scaled to nothing', 'deployment', { replicas: 0 }, {}, 'succeeded'],
  [
    'a stateful set counts ready pods where it counts no available ones',
    'statefulset',
    {},
    { replicas: 3, updatedReplicas: 3, readyReplicas: 3 },
    'succeeded',
  ],
  [
    'a stateful set has an old pod',
    'statefulset',
    {},
    { replicas: 3, updatedReplicas: 2, readyReplicas: 3 },
    'running',
  ],
  [
    'a daemon set runs on every node',
    'daemonset',
    {},
    { desiredNumberScheduled: 5, updatedNumberScheduled: 5, numberAvailable: 5 },
    'succeeded',
  ],
  [
    'a daemon set waits for a node',
    'daemonset',
    {},
    { desiredNumberScheduled: 5, updatedNumberScheduled: 5, numberAvailable: 4 },
    'running',
  ],
])('%s', (_, kind, spec, status, state) => {
  expect(rolloutOf(kind, workload(spec, status))).toMatchObject({ state, refusal: null });
});

test.each([
  [{ paused: true }, 'paused'],
  [{ updateStrategy: { type: 'OnDelete' } }, 'OnDelete'],
  [{ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } }, 'partition'],
])('what would start nothing, or not everything, is refused: %o', (spec, word) => {
  expect(rolloutOf('statefulset', workload(spec, {})).refusal).toContain(word);
});
