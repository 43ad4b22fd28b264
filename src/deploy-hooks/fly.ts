import { z } from 'zod';
import { Secret } from '../domain/secret.ts';
import type { DeployHook, DeployHookDefinition, DeployRun } from '../ports/deploy-hook.ts';
import { bearer, call, callJson } from './lib/call.ts';
import { rejected } from './lib/hook-error.ts';
import { type HookLink, linkOf } from './lib/link.ts';
import { runOf } from './lib/run.ts';
import { apiUrl, credential, given, pathName } from './lib/settings.ts';

const TITLE = 'Fly machines';
const BEGAN = new Set(['launch', 'start', 'restart']);
const MOVING = new Set(['created', 'starting', 'stopping', 'restarting', 'replacing', 'suspending']);
const BROKEN = new Set(['failed', 'launch_failed']);
const GONE = new Set(['destroyed', 'destroying', 'replaced']);
const REF = /^(\d+):([\w,-]*)$/;

const settings = z.strictObject({
  app: pathName('the name of the app, for instance acme-web'),
  process_group: pathName('a process group of the app, for instance worker; leave it out for every machine').optional(),
  api_url: apiUrl('https://api.machines.dev'),
});

const machine = z.object({
  id: z.string().regex(/^[\w-]+$/),
  state: z.string(),
  events: z.array(z.object({ type: z.string(), timestamp: z.number() })).nullish(),
  checks: z.array(z.object({ name: z.string(), status: z.string() })).nullish(),
  config: z.looseObject({ metadata: z.record(z.string(), z.string()).nullish() }).nullish(),
});
const machines = z.array(machine);
type Machine = z.output<typeof machine>;

/** Since when, and which machines have been restarted for it. The machines themselves are the record of the rest. */
interface Progress {
  readonly at: number;
  readonly done: readonly string[];
}

interface App {
  readonly link: HookLink;
  readonly token: Secret;
  readonly base: string;
  readonly group: string | undefined;
}

export const fly: DeployHookDefinition = {
  id: 'fly',
  title: TITLE,
  settings,
  credentials: [credential('TOKEN', true, 'A deploy token of this one app: fly tokens create deploy --app <app>.')],
  async connect(options) {
    const { app, process_group, api_url } = settings.parse(options.settings);
    const link = linkOf(options, {
      title: TITLE,
      look: `https://fly.io/apps/${app}/machines`,
      byHand: [`Run fly apps restart ${app}.`],
      advice: {
        401: 'the token is not valid or has expired',
        403: `the token is not of the app ${app}`,
        404: `there is no app or machine of that name, or the token does not reach ${app}`,
      },
      // Somebody holds the machine's lease, or it is being replaced.
      busy: [409, 412, 423],
    });
    const base = `${api_url}/v1/apps/${app}/machines`;
    return hookOf({ link, base, token: given(options.credentials, 'TOKEN'), group: process_group });
  },
};

function hookOf(app: App): DeployHook {
  const { link } = app;
  return {
    name: link.name,
    kind: fly.id,
    title: TITLE,
    follows: true,
    byHand: link.byHand,
    trigger: ({ at }, signal) => step(app, { at, done: [] }, signal),
    async find({ at }, signal) {
      const done = (await list(app, signal)).filter((each) => beganSince(each, at)).map(({ id }) => id);
      return done.length === 0 ? null : runOf(link, { ref: refOf({ at, done }), url: link.look });
    },
    async follow(ref, signal) {
      const [, at, done = ''] = REF.exec(ref) ?? [];
      if (at === undefined) throw rejected(link, 'does not know this run');
      return step(app, { at: Number(at), done: done.split(',').filter((id) => id !== '') }, signal);
    },
    async checkAccess(signal) {
      await list(app, signal);
    },
  };
}

/** Restarts the next machine once the former ones are up; one that runs nothing reads the new value when it starts. */
async function step(app: App, progress: Progress, signal: AbortSignal | undefined): Promise<DeployRun> {
  const { link } = app;
  const present = await list(app, signal);
  if (present.length === 0) throw rejected(link, 'has no machine in this app and process group');
  const ref = refOf(progress);
  const url = link.look;

  const broken = present.find(({ id, state }) => progress.done.includes(id) && BROKEN.has(state));
  if (broken !== undefined) {
    return runOf(link, {
      ref,
      url,
      state: 'failed',
      problem: `Machine ${broken.id} did not come back (${broken.state}).`,
    });
  }
  const waits = present.map((each) => waitsFor(each, progress)).find((reason) => reason !== null);
  if (waits !== undefined && waits !== null) return runOf(link, { ref, url, problem: waits });

  const next = present.find((each) => each.state === 'started' && !isDone(each, progress));
  if (next === undefined) return runOf(link, { ref, url, state: 'succeeded' });
  await restart(app, next.id, signal);
  return runOf(link, { ref: refOf({ ...progress, done: [...progress.done, next.id] }), url });
}

function waitsFor(each: Machine, progress: Progress): string | null {
  if (MOVING.has(each.state)) return `Machine ${each.id} is ${each.state}.`;
  const check = (each.checks ?? []).find(({ status }) => status !== 'passing');
  if (check === undefined || each.state !== 'started' || !isDone(each, progress)) return null;
  return `Machine ${each.id} is up, and its check ${check.name} is ${check.status}.`;
}

function isDone(each: Machine, { at, done }: Progress): boolean {
  return done.includes(each.id) || beganSince(each, at);
}

function beganSince({ events }: Machine, at: number): boolean {
  return (events ?? []).some(({ type, timestamp }) => BEGAN.has(type) && timestamp >= at);
}

async function restart({ link, token, base }: App, id: string, signal: AbortSignal | undefined): Promise<void> {
  const url = new Secret(`${base}/${id}/restart`);
  await call(link, { url, method: 'POST', kind: 'write', headers: bearer(token), signal });
}

async function list({ link, token, base, group }: App, signal: AbortSignal | undefined): Promise<readonly Machine[]> {
  const url = new Secret(base);
  const all = await callJson(link, machines, { url, method: 'GET', kind: 'read', headers: bearer(token), signal });
  return all
    .filter(({ state }) => !GONE.has(state))
    .filter(({ config }) => group === undefined || config?.metadata?.fly_process_group === group)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function refOf({ at, done }: Progress): string {
  return `${at}:${done.join(',')}`;
}
