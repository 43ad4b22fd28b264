import { fly } from '../../../src/deploy-hooks/fly.ts';
import { github } from '../../../src/deploy-hooks/github.ts';
import { kubernetes } from '../../../src/deploy-hooks/kubernetes.ts';
import { netlify } from '../../../src/deploy-hooks/netlify.ts';
import { render } from '../../../src/deploy-hooks/render.ts';
import { vercel } from '../../../src/deploy-hooks/vercel.ts';
import { webhook } from '../../../src/deploy-hooks/webhook.ts';
import { CANARY, type HookCase, type Received, type Reply, SERVER_AT, SERVER_ISO, type Service } from './service.ts';

type Outcome = 'succeeded' | 'failed' | 'cancelled';

interface Kept {
  readonly id: string;
  readonly title: string;
  outcome: Outcome | 'running';
}

/** A list of deployments, newest first, that end when they are told to. */
class Ledger {
  readonly kept: Kept[] = [];

  add(title = ''): Kept {
    const one: Kept = { id: String(7_001 + this.kept.length), title, outcome: 'running' };
    this.kept.unshift(one);
    return one;
  }

  byId(id: string): Kept | undefined {
    return this.kept.find((each) => each.id === id);
  }

  end(outcome: Outcome): void {
    for (const each of this.kept) each.outcome = outcome;
  }
}

function serviceOf(ledger: Ledger, handle: (request: Received) => Reply | undefined): Service {
  return {
    handle,
    end: (outcome) => ledger.end(outcome),
    started: () => ledger.kept.length,
    strangers: () => void ledger.add(),
  };
}

const WORKFLOW = '/repos/acme/web/actions/workflows/deploy.yml';
const CONCLUSIONS = { succeeded: 'success', failed: 'failure', cancelled: 'cancelled' };

/** `says`: whether a dispatch is answered with the run's id, as newer versions of the API do. */
function githubService(says: boolean): Service {
  const ledger = new Ledger();
  const toRun = ({ id, title, outcome }: Kept) => ({
    id: Number(id),
    name: 'Deploy',
    display_title: title,
    head_branch: 'main',
    status: outcome === 'running' ? 'in_progress' : 'completed',
    conclusion: outcome === 'running' ? null : CONCLUSIONS[outcome],
    html_url: `https://github.com/acme/web/actions/runs/${id}`,
    created_at: SERVER_ISO,
    triggering_actor: { login: 'deployer' },
  });
  return serviceOf(ledger, ({ method, url, body, headers }) => {
    if (headers.authorization !== `Bearer ${CANARY}`) return { status: 401, json: { message: 'Bad credentials' } };
    if (method === 'POST' && url.pathname === `${WORKFLOW}/dispatches`) {
      const { inputs, ref } = JSON.parse(body) as { inputs: { request_id?: string; env?: string }; ref: string };
      if (ref !== 'main' || inputs.env !== 'prod') return { status: 422, json: { message: 'No such input' } };
      const { id } = ledger.add(inputs.request_id === undefined ? 'Deploy' : `Deploy ${inputs.request_id}`);
      const html_url = `https://github.com/acme/web/actions/runs/${id}`;
      return says ? { json: { workflow_run_id: Number(id), html_url } } : { status: 204 };
    }
    if (method !== 'GET') return undefined;
    if (url.pathname === WORKFLOW) return { json: { id: 1 } };
    if (url.pathname === '/user') return { json: { login: 'deployer' } };
    if (url.pathname === `${WORKFLOW}/runs`) return { json: { total_count: 1, workflow_runs: ledger.kept.map(toRun) } };
    const found = ledger.byId(url.pathname.replace('/repos/acme/web/actions/runs/', ''));
    return found && { json: toRun(found) };
  });
}

const githubSettings = (url: string) => ({
  repository: 'acme/web',
  workflow: 'deploy.yml',
  inputs: { env: 'prod' },
  api_url: url,
});
const GITHUB = { definition: github, credentials: () => ({ TOKEN: CANARY }), busy: [] };

const VERCEL_STATES = { running: 'BUILDING', succeeded: 'READY', failed: 'ERROR', cancelled: 'CANCELED' };

function vercelService(): Service {
  const ledger = new Ledger();
  const facts = ({ id, outcome }: Kept) => ({
    readyState: VERCEL_STATES[outcome],
    inspectorUrl: `https://vercel.com/acme/web/${id}`,
    meta: { deployHookId: CANARY },
  });
  return serviceOf(ledger, ({ method, url, headers }) => {
    if (method === 'POST' && url.pathname === `/v1/integrations/deploy/prj_1/${CANARY}`) {
      ledger.add();
      return { status: 201, json: { job: { id: 'job_1', state: 'PENDING', createdAt: SERVER_AT } } };
    }
    if (headers.authorization !== `Bearer vcp-${CANARY}`)
      return { status: 403, json: { error: { code: 'forbidden' } } };
    if (url.pathname === '/v6/deployments' && url.searchParams.get('projectId') === 'prj_1') {
      const ours = ledger.kept.map((one) => ({ uid: one.id, created: SERVER_AT, ...facts(one) }));
      const pushed = { uid: 'dpl_push', created: SERVER_AT, readyState: 'READY', source: 'git', meta: {} };
      return { json: { deployments: [...ours, pushed] } };
    }
    const found = ledger.byId(url.pathname.replace('/v13/deployments/', ''));
    return found && { json: { id: found.id, ...facts(found) } };
  });
}

const NETLIFY_STATES = { running: 'building', succeeded: 'ready', failed: 'error', cancelled: 'error' };

function netlifyService(): Service {
  const ledger = new Ledger();
  const toDeploy = ({ id, title, outcome }: Kept) => ({
    id,
    title,
    state: NETLIFY_STATES[outcome],
    error_message: outcome === 'cancelled' ? 'Canceled build' : null,
    admin_url: 'https://app.netlify.com/sites/acme',
    created_at: SERVER_ISO,
  });
  return serviceOf(ledger, ({ method, url, headers }) => {
    if (method === 'POST' && url.pathname === `/build_hooks/${CANARY}`) {
      ledger.add(url.searchParams.get('trigger_title') ?? '');
      return { text: '' };
    }
    if (headers.authorization !== `Bearer nfp-${CANARY}`) return { status: 401, json: { code: 401 } };
    if (url.pathname === '/api/v1/sites/site-1/deploys') return { json: ledger.kept.map(toDeploy) };
    const found = ledger.byId(url.pathname.replace('/api/v1/sites/site-1/deploys/', ''));
    return found && { json: toDeploy(found) };
  });
}

const RENDER_STATES = {
  running: 'update_in_progress',
  succeeded: 'live',
  failed: 'build_failed',
  cancelled: 'canceled',
};

function renderService(): Service {
  const ledger = new Ledger();
  const toDeploy = ({ id, outcome }: Kept) => ({
    id,
    status: RENDER_STATES[outcome],
    trigger: 'deploy_hook',
    createdAt: SERVER_ISO,
  });
  return serviceOf(ledger, ({ method, url, headers }) => {
    if (method === 'POST' && url.pathname === '/deploy/srv-1' && url.searchParams.get('key') === CANARY) {
      return { json: { deploy: { id: ledger.add().id } } };
    }
    if (headers.authorization !== `Bearer rnd-${CANARY}`) return { status: 401, json: { message: 'unauthorized' } };
    if (url.pathname === '/v1/services/srv-1/deploys') {
      return { json: ledger.kept.map((one) => ({ deploy: toDeploy(one), cursor: 'x' })) };
    }
    const found = ledger.byId(url.pathname.replace('/v1/services/srv-1/deploys/', ''));
    return found && { json: toDeploy(found) };
  });
}

function flyService(): Service {
  const machine = (id: string, state: string) => ({
    id,
    state,
    restarts: 0,
    outcome: 'running' as Outcome | 'running',
  });
  const all = [machine('m2', 'started'), machine('m1', 'started'), machine('m3', 'stopped')];
  const stateOf = ({ state, restarts, outcome }: (typeof all)[number]) => {
    if (restarts === 0 || outcome === 'succeeded') return state;
    return outcome === 'running' ? 'starting' : 'failed';
  };
  let outcome: Outcome | 'running' = 'running';
  return {
    handle({ method, url, headers }) {
      if (headers.authorization !== `Bearer ${CANARY}`) return { status: 401, json: { error: 'unauthorized' } };
      const id = /^\/v1\/apps\/acme\/machines\/(\w+)\/restart$/.exec(url.pathname)?.[1];
      const one = all.find((each) => each.id === id);
      if (method === 'POST' && one !== undefined) {
        one.restarts += 1;
        one.outcome = outcome;
        return { json: { ok: true } };
      }
      if (method !== 'GET' || url.pathname !== '/v1/apps/acme/machines') return undefined;
      return {
        json: all.map((each) => ({
          id: each.id,
          state: stateOf(each),
          checks: [{ name: 'http', status: 'passing' }],
          events: each.restarts === 0 ? [] : [{ type: 'restart', timestamp: SERVER_AT }],
        })),
      };
    },
    end(told) {
      outcome = told;
      for (const each of all) each.outcome = told;
    },
    // A machine that is restarted twice counts twice.
    started: () => (all.every(({ restarts }) => restarts === 0) ? 0 : Math.max(...all.map(({ restarts }) => restarts))),
  };
}

function clusterService(): Service {
  const metadata: { generation: number } = { generation: 1 };
  const annotations: Record<string, string> = {};
  let outcome: Outcome | 'running' = 'succeeded';
  let rollouts = 0;
  const present = () => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'prod', ...metadata },
    spec: { replicas: 3, selector: {}, template: { metadata: { annotations }, spec: { containers: [] } } },
    status: {
      observedGeneration: metadata.generation,
      replicas: outcome === 'succeeded' ? 3 : 4,
      updatedReplicas: outcome === 'succeeded' ? 3 : 1,
      availableReplicas: 3,
      conditions:
        outcome === 'failed' ? [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }] : [],
    },
  });
  return {
    handle({ method, url, headers, body }) {
      if (headers.authorization !== `Bearer ${CANARY}`) return { status: 401, json: { kind: 'Status', code: 401 } };
      if (url.pathname !== '/apis/apps/v1/namespaces/prod/deployments/web') return undefined;
      if (method !== 'PATCH') return { json: present() };
      if (headers['content-type'] !== 'application/strategic-merge-patch+json') return { status: 415 };
      const patch = JSON.parse(body) as ReturnType<typeof present>;
      const asked = patch.spec?.template.metadata.annotations ?? {};
      const isNew = Object.entries(asked).some(([name, value]) => annotations[name] !== value);
      if (isNew && !url.searchParams.has('dryRun')) {
        Object.assign(annotations, asked);
        metadata.generation += 1;
        rollouts += 1;
        outcome = 'running';
      }
      return { json: present() };
    },
    end(told) {
      if (told === 'cancelled') annotations['keysteward/request'] = 'another';
      outcome = told;
    },
    started: () => rollouts,
  };
}

function webhookService(): Service {
  const ledger = new Ledger();
  return serviceOf(ledger, ({ method, url }) => {
    if (method === 'POST' && url.pathname === `/hooks/${CANARY}`) {
      return { status: 202, json: { status_url: `/status/${ledger.add().id}`, url: 'https://ci.example.com/1' } };
    }
    const found = ledger.byId(url.pathname.replace('/status/', ''));
    if (found === undefined) return method === 'HEAD' ? { status: 404 } : undefined;
    const state = found.outcome === 'cancelled' ? 'failed' : found.outcome;
    return { json: { state, problem: found.outcome === 'cancelled' ? 'cancelled by somebody' : null } };
  });
}

export const CASES: readonly (readonly [name: string, HookCase])[] = [
  [
    'github, whose workflow shows the id',
    {
      ...GITHUB,
      create: () => githubService(false),
      settings: (url) => ({ ...githubSettings(url), request_input: 'request_id' }),
      finds: 'id',
    },
  ],
  [
    'github, whose workflow takes no id',
    { ...GITHUB, create: () => githubService(false), settings: githubSettings, finds: 'time' },
  ],
  [
    'github that tells the run',
    { ...GITHUB, create: () => githubService(true), settings: githubSettings, finds: 'time' },
  ],
  [
    'vercel',
    {
      definition: vercel,
      create: vercelService,
      settings: (url) => ({ api_url: url }),
      credentials: (url) => ({ URL: `${url}/v1/integrations/deploy/prj_1/${CANARY}`, TOKEN: `vcp-${CANARY}` }),
      finds: 'time',
      busy: [],
    },
  ],
  [
    'netlify',
    {
      definition: netlify,
      create: netlifyService,
      settings: (url) => ({ api_url: url, site: 'site-1' }),
      credentials: (url) => ({ URL: `${url}/build_hooks/${CANARY}`, TOKEN: `nfp-${CANARY}` }),
      finds: 'id',
      busy: [],
    },
  ],
  [
    'render',
    {
      definition: render,
      create: renderService,
      settings: (url) => ({ api_url: `${url}/v1` }),
      credentials: (url) => ({ URL: `${url}/deploy/srv-1?key=${CANARY}`, API_KEY: `rnd-${CANARY}` }),
      finds: 'time',
      busy: [],
    },
  ],
  [
    'fly',
    {
      definition: fly,
      create: flyService,
      settings: (url) => ({ app: 'acme', api_url: url }),
      credentials: () => ({ TOKEN: CANARY }),
      finds: 'id',
      busy: [409, 412, 423],
    },
  ],
  [
    'kubernetes',
    {
      definition: kubernetes,
      create: clusterService,
      settings: (url) => ({ workload: 'deployment/web', namespace: 'prod', server: url }),
      credentials: () => ({ TOKEN: CANARY }),
      finds: 'id',
      busy: [409],
    },
  ],
  [
    'signed webhook',
    {
      definition: webhook,
      create: webhookService,
      settings: () => ({}),
      credentials: (url) => ({ URL: `${url}/hooks/${CANARY}`, SECRET: `sig-${CANARY}` }),
      finds: 'never',
      busy: [],
    },
  ],
];
