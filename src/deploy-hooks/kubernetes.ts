import type { AppsV1Api, KubeConfig } from '@kubernetes/client-node';
import { z } from 'zod';
import { AppError } from '../domain/errors.ts';
import type { DeployHook, DeployHookDefinition, DeployRequest, DeployRun, HookOptions } from '../ports/deploy-hook.ts';
import { readAs } from './lib/call.ts';
import { oddAnswer, rejected } from './lib/hook-error.ts';
import { sendToCluster } from './lib/kube-transport.ts';
import { type HookLink, linkOf } from './lib/link.ts';
import { loadClient } from './lib/load-client.ts';
import { rolloutOf, type Workload, type WorkloadKind, workload } from './lib/rollout.ts';
import { runOf } from './lib/run.ts';
import { credential, webAddress } from './lib/settings.ts';

const TITLE = 'Kubernetes';
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';
const REQUEST = 'keysteward/request';
const WORKLOAD = /^(deployment|statefulset|daemonset)\/([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)$/;

type Client = typeof import('@kubernetes/client-node');

const settings = z.strictObject({
  workload: z.string().regex(WORKLOAD).describe('deployment/web, statefulset/web or daemonset/web'),
  namespace: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/)
    .default('default')
    .describe('the namespace, for instance production'),
  kubeconfig: z.string().min(1).optional().describe('the path of a kubeconfig file; left out inside of a cluster'),
  context: z.string().min(1).optional().describe('a context of the kubeconfig; left out, its current one'),
  server: webAddress().optional().describe('the https:// address of the cluster’s API, which goes with a TOKEN'),
});
type Settings = z.output<typeof settings>;

export const kubernetes: DeployHookDefinition = {
  id: 'kubernetes',
  title: TITLE,
  settings,
  credentials: [
    credential(
      'TOKEN',
      false,
      'A token of a service account that may get and patch this one workload; goes with server.',
    ),
    {
      ...credential('CA', false, 'The certificate of the cluster’s authority in PEM, where it is not publicly known.'),
      lines: 'many',
    },
  ],
  wrongCredentials({ settings: { server }, credentials }) {
    if (server !== undefined || credentials.size === 0) return [];
    const [suffix = 'TOKEN'] = credentials.keys();
    return [
      {
        suffix,
        problem: 'is set, and policy.yml names no server for it',
        fix: 'Write server: https://…, or remove it.',
      },
    ];
  },
  async connect(options) {
    const parsed = settings.parse(options.settings);
    const client = await loadClient('@kubernetes/client-node', () => import('@kubernetes/client-node'));
    const [, kind = '', name = ''] = WORKLOAD.exec(parsed.workload) ?? [];
    const where = `${parsed.workload} -n ${parsed.namespace}`;
    const link = linkOf(options, {
      title: TITLE,
      look: `kubectl rollout status ${where}`,
      byHand: [`Run kubectl rollout restart ${where}.`],
      advice: {
        401: 'the cluster does not accept the credentials',
        403: `the service account needs get and patch on ${parsed.workload} in ${parsed.namespace}`,
        404: `there is no ${parsed.workload} in ${parsed.namespace}`,
      },
      // Somebody changed it in the same moment.
      busy: [409],
    });
    const target = {
      link,
      client,
      config: configOf(client, parsed, options),
      kind: kind as WorkloadKind,
      name,
      namespace: parsed.namespace,
    };
    return hookOf(target);
  },
};

interface Target {
  readonly link: HookLink;
  readonly client: Client;
  readonly config: KubeConfig;
  readonly kind: WorkloadKind;
  readonly name: string;
  readonly namespace: string;
}

/** Address and token, a kubeconfig file, or what a pod finds in its cluster. */
function configOf({ KubeConfig }: Client, given: Settings, { name, credentials }: HookOptions): KubeConfig {
  const config = new KubeConfig();
  const token = credentials.get('TOKEN')?.reveal();
  const ca = credentials.get('CA')?.reveal();
  if (given.server !== undefined) {
    const caData = ca === undefined ? {} : { caData: Buffer.from(ca).toString('base64') };
    // The client wants to hear this before it speaks plain HTTP, which settings allow on this machine only.
    const skipTLSVerify = given.server.startsWith('http:');
    config.loadFromClusterAndUser(
      { name: 'cluster', server: given.server, skipTLSVerify, ...caData },
      { name: 'user', ...(token === undefined ? {} : { token }) },
    );
    return config;
  }
  try {
    if (given.kubeconfig === undefined) config.loadFromCluster();
    else config.loadFromFile(given.kubeconfig);
    if (given.context !== undefined) config.setCurrentContext(given.context);
    // Outside of a pod the client makes an address of nothing.
    if (URL.canParse(config.getCurrentCluster()?.server ?? '')) return config;
  } catch {
    // What it threw may quote the file; the sentence below says enough.
  }
  throw new AppError({
    code: 'invalid_config',
    message: `deploy hook ${name}: no usable kubeconfig`,
    publicMessage: `The deploy hook ${name} finds no cluster: ${given.kubeconfig === undefined ? 'this is no pod of one' : 'its kubeconfig cannot be read or has no such context'}. Correct kubeconfig, context or server in policy.yml.`,
  });
}

function hookOf(target: Target): DeployHook {
  const { link } = target;
  return {
    name: link.name,
    kind: kubernetes.id,
    title: TITLE,
    follows: true,
    byHand: link.byHand,
    async trigger(request, signal) {
      const present = await read(target, signal);
      if (requestOf(present) === request.id) return toRun(link, present, request.id);
      const { refusal } = rolloutOf(target.kind, present);
      if (refusal !== null) throw rejected(link, refusal);
      return toRun(link, await patch(target, { request, signal }), request.id);
    },
    async find({ id }, signal) {
      const present = await read(target, signal);
      return requestOf(present) === id ? toRun(link, present, id) : null;
    },
    follow: async (ref, signal) => toRun(link, await read(target, signal), ref),
    async checkAccess(signal) {
      const { refusal } = rolloutOf(target.kind, await read(target, signal));
      if (refusal !== null) throw rejected(link, refusal);
      await patch(target, { request: null, signal });
    },
  };

  function toRun(hook: HookLink, present: Workload, requestId: string): DeployRun {
    if (requestOf(present) !== requestId) {
      const problem = 'Somebody has rolled it back or replaced it since. Look whether it runs with the new value.';
      return runOf(hook, { ref: requestId, state: 'failed', problem });
    }
    const { state, problem } = rolloutOf(target.kind, present);
    return runOf(hook, { ref: requestId, state, problem });
  }
}

function requestOf({ spec }: Workload): string | undefined {
  return spec.template.metadata?.annotations?.[REQUEST];
}

async function read(target: Target, signal: AbortSignal | undefined): Promise<Workload> {
  const { kind, name, namespace } = target;
  const apps = appsOf(target, signal);
  const one = { name, namespace };
  const reads: Readonly<Record<WorkloadKind, () => Promise<unknown>>> = {
    deployment: () => apps.readNamespacedDeployment(one),
    statefulset: () => apps.readNamespacedStatefulSet(one),
    daemonset: () => apps.readNamespacedDaemonSet(one),
  };
  return asked(target, 'read', reads[kind]);
}

interface Patch {
  /** Null: only whether it would be allowed. */
  readonly request: DeployRequest | null;
  readonly signal: AbortSignal | undefined;
}

/** The same request writes the same annotations, which starts nothing anew. */
async function patch(target: Target, { request, signal }: Patch): Promise<Workload> {
  const { client, kind, name, namespace } = target;
  const apps = appsOf(target, signal);
  const annotations = request && { [RESTARTED_AT]: new Date(request.at).toISOString(), [REQUEST]: request.id };
  const body = annotations === null ? {} : { spec: { template: { metadata: { annotations } } } };
  const one = { name, namespace, body, fieldManager: 'keysteward', ...(request === null ? { dryRun: 'All' } : {}) };
  const merge = client.setHeaderOptions('Content-Type', client.PatchStrategy.StrategicMergePatch);
  const patches: Readonly<Record<WorkloadKind, () => Promise<unknown>>> = {
    deployment: () => apps.patchNamespacedDeployment(one, merge),
    statefulset: () => apps.patchNamespacedStatefulSet(one, merge),
    daemonset: () => apps.patchNamespacedDaemonSet(one, merge),
  };
  return asked(target, request === null ? 'read' : 'write', patches[kind]);
}

/** Built for each call: the transport is where time-out, signal and translation are. */
function appsOf({ client, config, link }: Target, signal: AbortSignal | undefined): AppsV1Api {
  const httpApi = client.wrapHttpLibrary({
    async send(context) {
      const { status, headers, text } = await sendToCluster(link, context, signal);
      const body = { text: async () => text, binary: async () => Buffer.from(text) };
      return new client.ResponseContext(status, headers, body);
    },
  });
  const server = config.getCurrentCluster()?.server ?? '';
  const baseServer = new client.ServerConfiguration(server, {});
  return new client.AppsV1Api(client.createConfiguration({ baseServer, httpApi, authMethods: { default: config } }));
}

async function asked(target: Target, kind: 'read' | 'write', work: () => Promise<unknown>): Promise<Workload> {
  try {
    return readAs(target.link, workload, { kind, body: await work() });
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    throw oddAnswer(target.link, kind, thrown);
  }
}
