import { z } from 'zod';
import { Secret } from '../domain/secret.ts';
import type { DeployHookDefinition, DeployRun, DeployState } from '../ports/deploy-hook.ts';
import { addressHook, type RunReader } from './lib/address-hook.ts';
import { bearer, callJson, jsonOf } from './lib/call.ts';
import { type HookLink, linkOf } from './lib/link.ts';
import { awaitedNow, choose, runOf } from './lib/run.ts';
import { apiUrl, credential, given, pathName, wrongUrl } from './lib/settings.ts';

const TITLE = 'Vercel';
const HOOK_PATH = /^\/v1\/integrations\/deploy\/([\w-]+)\/([\w-]+)$/;
const FAILED = new Set(['ERROR', 'CANCELED', 'BLOCKED', 'DELETED']);

const settings = z.strictObject({
  team: pathName(
    'the id of the team that owns the project, for instance team_1a2B3c; leave it out for your own',
  ).optional(),
  api_url: apiUrl('https://api.vercel.com'),
});

const job = z.object({ job: z.object({ createdAt: z.number() }) });
const facts = {
  readyState: z.string().optional(),
  state: z.string().optional(),
  inspectorUrl: z.string().nullish(),
  errorMessage: z.string().nullish(),
};
const one = z.object({ id: z.string(), ...facts });
const listed = z.object({
  uid: z.string(),
  created: z.number(),
  source: z.string().nullish(),
  meta: z.looseObject({ deployHookId: z.string().optional() }).nullish(),
  ...facts,
});
const list = z.object({ deployments: z.array(listed) });

export const vercel: DeployHookDefinition = {
  id: 'vercel',
  title: TITLE,
  settings,
  credentials: [
    credential('URL', true, 'The address of the deploy hook (Vercel, project, Settings, Git, Deploy Hooks).'),
    credential('TOKEN', false, 'An access token of the team that owns the project, to follow what it starts.'),
  ],
  wrongCredentials: (both) => wrongUrl(both, HOOK_PATH, 'https://api.vercel.com/v1/integrations/deploy/prj_…/…'),
  async connect(options) {
    const { team, api_url } = settings.parse(options.settings);
    const url = given(options.credentials, 'URL');
    const [, projectId = '', hookId = ''] = HOOK_PATH.exec(new URL(url.reveal()).pathname) ?? [];
    const link = linkOf(options, {
      title: TITLE,
      look: 'https://vercel.com/dashboard',
      byHand: ['Open the project at https://vercel.com/dashboard, then Deployments, and redeploy the latest one.'],
      advice: {
        401: 'the access token is not valid or has expired',
        403: 'the access token does not reach this project; give it to the team that owns the project and write team into policy.yml',
        404: 'there is no such deploy hook; make a new one and put its address in place',
      },
      secretParts: [hookId],
      openParts: [projectId],
    });
    const token = options.credentials.get('TOKEN');
    const base: Project = { link, api: api_url, projectId, hookId, team };
    return addressHook({
      kind: vercel.id,
      link,
      url: () => url,
      begun: ({ text, serverAt }, request) => {
        const told = job.safeParse(jsonOf(text));
        return awaitedNow(request, told.success ? told.data.job.createdAt : serverAt);
      },
      reader: token && readerOf(base, token),
    });
  },
};

interface Project {
  readonly link: HookLink;
  readonly api: string;
  readonly projectId: string;
  readonly hookId: string;
  readonly team: string | undefined;
}

function readerOf({ link, api, projectId, hookId, team }: Project, token: Secret): RunReader {
  const get = <Schema extends z.ZodType>(
    schema: Schema,
    path: string,
    signal: AbortSignal | undefined,
  ): Promise<z.output<Schema>> => {
    const url = new URL(`${api}${path}`);
    if (team !== undefined) url.searchParams.set('teamId', team);
    return callJson(link, schema, {
      url: new Secret(url.href),
      method: 'GET',
      kind: 'read',
      headers: bearer(token),
      signal,
    });
  };
  return {
    async locate(awaited, signal) {
      const path = `/v6/deployments?projectId=${projectId}&since=${awaited.since}&limit=100`;
      const { deployments } = await get(list, path, signal);
      const found = choose(link, { listed: deployments, awaited }, ({ created, meta, source }) => ({
        startedAt: created,
        isLikely: meta?.deployHookId === undefined ? source === 'git-deploy-hook' : meta.deployHookId === hookId,
      }));
      return found === null ? null : toRun(link, { ...found, id: found.uid });
    },
    read: async (ref, signal) => toRun(link, await get(one, `/v13/deployments/${encodeURIComponent(ref)}`, signal)),
    async checkAccess(signal) {
      await get(list, `/v6/deployments?projectId=${projectId}&limit=1`, signal);
    },
  };
}

function toRun(link: HookLink, { id, inspectorUrl, errorMessage, ...states }: z.output<typeof one>): DeployRun {
  const ready = states.readyState ?? states.state ?? '';
  const state: DeployState = ready === 'READY' ? 'succeeded' : FAILED.has(ready) ? 'failed' : 'running';
  const problem = state === 'failed' ? (errorMessage ?? `The deployment ended as ${ready.toLowerCase()}.`) : null;
  return runOf(link, { ref: id, url: inspectorUrl ?? link.look, state, problem });
}
