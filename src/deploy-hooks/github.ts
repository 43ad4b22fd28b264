import type { Octokit } from '@octokit/rest';
import { z } from 'zod';
import { AppError, isAppError } from '../domain/errors.ts';
import { Secret } from '../domain/secret.ts';
import type { DeployHook, DeployHookDefinition, DeployRequest, DeployRun, DeployState } from '../ports/deploy-hook.ts';
import { bearer, call, readAs } from './lib/call.ts';
import { type CallKind, oddAnswer } from './lib/hook-error.ts';
import { type HookLink, linkOf } from './lib/link.ts';
import { loadClient } from './lib/load-client.ts';
import { type Awaited, awaitedNow, awaitedOf, awaitedRef, isWithin, onlyOne, readAwaited, runOf } from './lib/run.ts';
import { apiUrl, credential, given } from './lib/settings.ts';

const TITLE = 'GitHub Actions';
const FOUND = /^\d+$/;

const settings = z.strictObject({
  repository: z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$/)
    .describe('the owner and the name of the repository: acme/web'),
  workflow: z
    .string()
    .regex(/^[\w.-]+$/)
    .describe('the file of the workflow in .github/workflows, for instance deploy.yml'),
  ref: z.string().min(1).default('main').describe('the branch or tag to run, for instance main'),
  inputs: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .describe('inputs of the workflow: { environment: production }'),
  request_input: z
    .string()
    .min(1)
    .optional()
    .describe('the input that gets the id of the request, for instance request_id; show it in run-name'),
  api_url: apiUrl('https://api.github.com'),
});

type Settings = z.output<typeof settings>;

const run = z.object({
  id: z.number(),
  name: z.string().nullish(),
  display_title: z.string().default(''),
  head_branch: z.string().nullish(),
  status: z.string().nullable(),
  conclusion: z.string().nullish(),
  html_url: z.string(),
  created_at: z.iso.datetime(),
  actor: z.object({ login: z.string() }).nullish(),
  triggering_actor: z.object({ login: z.string() }).nullish(),
});
type Run = z.output<typeof run>;
const runs = z.object({ workflow_runs: z.array(run) });
const started = z.object({ workflow_run_id: z.number(), html_url: z.string().optional() });
const user = z.object({ login: z.string() });

interface Workflow {
  readonly link: HookLink;
  readonly octokit: Octokit;
  readonly settings: Settings;
  readonly place: { readonly owner: string; readonly repo: string; readonly workflow_id: string };
}

export const github: DeployHookDefinition = {
  id: 'github',
  title: TITLE,
  settings,
  credentials: [
    credential(
      'TOKEN',
      true,
      'A fine-grained access token for this one repository with Actions: read and write (GitHub, Settings, Developer settings).',
    ),
  ],
  async connect(options) {
    const parsed = settings.parse(options.settings);
    const { Octokit } = await loadClient('@octokit/rest', () => import('@octokit/rest'));
    const [owner = '', repo = ''] = parsed.repository.split('/');
    const site = parsed.api_url === 'https://api.github.com' ? 'https://github.com' : new URL(parsed.api_url).origin;
    const page = `${site}/${parsed.repository}/actions/workflows/${parsed.workflow}`;
    const link = linkOf(options, {
      title: TITLE,
      look: page,
      byHand: [`Open ${page}, press Run workflow and choose ${parsed.ref}.`],
      advice: {
        401: 'the token is not valid or has expired',
        403: `the token needs Actions: read and write on ${parsed.repository}`,
        404: `there is no such repository or workflow, or the token may not see ${parsed.repository}`,
        422: `the workflow has no workflow_dispatch trigger on ${parsed.ref}, or does not take these inputs`,
      },
    });
    const token = given(options.credentials, 'TOKEN');
    const octokit = new Octokit({
      baseUrl: parsed.api_url,
      log: SILENT,
      // The token is put on the wire here, so that no object of the client can show it.
      request: { fetch: (url: string, init: RequestInit) => carry({ link, token }, url, init) },
    });
    return hookOf({ link, octokit, settings: parsed, place: { owner, repo, workflow_id: parsed.workflow } });
  },
};

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

async function carry(
  { link, token }: { readonly link: HookLink; readonly token: Secret },
  url: string,
  init: RequestInit,
): Promise<Response> {
  const method = init.method ?? 'GET';
  const { text, status, headers } = await call(link, {
    url: new Secret(url),
    method,
    kind: method === 'GET' ? 'read' : 'write',
    headers: {
      ...Object.fromEntries(new Headers(init.headers)),
      ...bearer(token),
      accept: 'application/vnd.github+json',
    },
    ...(typeof init.body === 'string' ? { body: init.body } : {}),
    signal: init.signal ?? undefined,
  });
  return new Response(text === '' ? null : text, { status, headers: keptHeaders(headers) });
}

/** The body has been decoded already, so its length and encoding are no longer true. */
function keptHeaders(headers: Headers): Headers {
  const kept = new Headers();
  for (const name of ['content-type', 'date', 'link']) {
    const value = headers.get(name);
    if (value !== null) kept.set(name, value);
  }
  return kept;
}

function hookOf(workflow: Workflow): DeployHook {
  const { link, octokit, place } = workflow;
  return {
    name: link.name,
    kind: github.id,
    title: TITLE,
    follows: true,
    byHand: link.byHand,
    async trigger(request, signal) {
      // Only a run that shows the id is ours for sure; any other must not keep this one from being started.
      const shown = workflow.settings.request_input !== undefined;
      const known = shown ? await runsSince(workflow, awaitedOf(request), signal) : [];
      const again = onlyOne(
        link,
        known.filter((one) => shows(one, request.id)),
      );
      return again === null ? dispatch(workflow, request, signal) : toRun(link, again);
    },
    async find(request, signal) {
      const found = await locate(workflow, awaitedOf(request), signal);
      return found === null ? null : toRun(link, found);
    },
    async follow(ref, signal) {
      const awaited = readAwaited(ref);
      if (awaited !== undefined) {
        const found = await locate(workflow, awaited, signal);
        return found === null ? runOf(link, { ref, url: link.look }) : toRun(link, found);
      }
      const { owner, repo } = place;
      const run_id = FOUND.test(ref) ? Number(ref) : 0;
      const own = await asked(workflow, 'read', () =>
        octokit.rest.actions.getWorkflowRun({ owner, repo, run_id, ...withSignal(signal) }),
      );
      return toRun(link, readAs(link, run, { kind: 'read', body: own.data }));
    },
    async checkAccess(signal) {
      await asked(workflow, 'read', () => octokit.rest.actions.getWorkflow({ ...place, ...withSignal(signal) }));
      await runsSince(workflow, null, signal);
    },
  };
}

async function dispatch(
  workflow: Workflow,
  request: DeployRequest,
  signal: AbortSignal | undefined,
): Promise<DeployRun> {
  const { link, octokit, settings: given, place } = workflow;
  const ownInput = given.request_input === undefined ? {} : { [given.request_input]: request.id };
  const { data, headers } = await asked(workflow, 'write', () =>
    octokit.request('POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches', {
      ...place,
      ref: given.ref,
      inputs: { ...given.inputs, ...ownInput },
      // Where this is not known, the answer is empty and the run is looked for in the list.
      return_run_details: true,
      ...withSignal(signal),
    }),
  );
  const details = started.safeParse(data);
  if (details.success) {
    return runOf(link, { ref: String(details.data.workflow_run_id), url: details.data.html_url ?? link.look });
  }
  const serverAt = Date.parse(headers.date ?? '');
  const ref = awaitedRef(awaitedNow(request, Number.isNaN(serverAt) ? null : serverAt));
  return runOf(link, { ref, url: link.look });
}

/** By the request's id where the run shows it, else the only run of this token's user since then. */
async function locate(workflow: Workflow, awaited: Awaited, signal: AbortSignal | undefined): Promise<Run | null> {
  const { link, settings: given } = workflow;
  const listed = await runsSince(workflow, awaited, signal);
  const byName = listed.filter((one) => shows(one, awaited.requestId));
  if (byName.length > 0) return onlyOne(link, byName);
  const likely = listed.filter(
    ({ head_branch, created_at }) =>
      (head_branch ?? given.ref) === given.ref && isWithin(awaited, Date.parse(created_at)),
  );
  if (likely.length === 0) return null;
  const login = await ownLogin(workflow, signal);
  const own = likely.filter((one) => login === null || (one.triggering_actor ?? one.actor)?.login === login);
  return onlyOne(link, own);
}

function shows({ display_title, name }: Run, requestId: string): boolean {
  return display_title.includes(requestId) || (name ?? '').includes(requestId);
}

async function runsSince(
  workflow: Workflow,
  awaited: Awaited | null,
  signal: AbortSignal | undefined,
): Promise<readonly Run[]> {
  const { link, octokit, place } = workflow;
  const created = awaited === null ? null : `>=${new Date(awaited.since).toISOString().slice(0, 19)}Z`;
  const { data } = await asked(workflow, 'read', () =>
    octokit.rest.actions.listWorkflowRuns({
      ...place,
      event: 'workflow_dispatch',
      per_page: created === null ? 1 : 100,
      ...(created === null ? {} : { created }),
      ...withSignal(signal),
    }),
  );
  return readAs(link, runs, { kind: 'read', body: data }).workflow_runs;
}

/** Null for tokens that belong to no user, such as an app's. */
async function ownLogin(workflow: Workflow, signal: AbortSignal | undefined): Promise<string | null> {
  const { link, octokit } = workflow;
  try {
    const { data } = await asked(workflow, 'read', () => octokit.rest.users.getAuthenticated(withSignal(signal)));
    return readAs(link, user, { kind: 'read', body: data }).login;
  } catch (error) {
    if (isAppError(error, 'hook_rejected')) return null;
    throw error;
  }
}

function toRun(link: HookLink, found: Run): DeployRun {
  const { state, problem } = standing(found);
  return runOf(link, { ref: String(found.id), url: found.html_url, state, problem });
}

function standing({ status, conclusion }: Run): { readonly state: DeployState; readonly problem: string | null } {
  if (status === 'waiting') return { state: 'running', problem: 'The run waits for somebody’s approval at GitHub.' };
  if (status !== 'completed') return { state: 'running', problem: null };
  if (conclusion === 'success' || conclusion === 'neutral') return { state: 'succeeded', problem: null };
  return { state: 'failed', problem: `The run ended as ${(conclusion ?? 'unknown').replaceAll('_', ' ')}.` };
}

function withSignal(signal: AbortSignal | undefined) {
  return signal === undefined ? {} : { request: { signal } };
}

/** The client wraps what its transport throws; ours is translated already. What else it throws is about the answer. */
async function asked<T>({ link }: Workflow, kind: CallKind, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof Error && thrown.cause instanceof AppError) throw thrown.cause;
    throw oddAnswer(link, kind, thrown);
  }
}
