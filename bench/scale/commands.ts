import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { View } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import { US_DOLLAR } from '../../src/domain/money.ts';
import type { Directory } from '../../src/ports/directory.ts';
import type { Provider } from '../../src/ports/provider.ts';
import type { Job } from '../../src/scheduler/job.ts';
import { askOwnersJob } from '../../src/scheduler/jobs/ask-owners.ts';
import { climbStaleJob } from '../../src/scheduler/jobs/climb-stale.ts';
import { pollUsageJob } from '../../src/scheduler/jobs/poll-usage.ts';
import { readDigest } from '../../src/services/digest/read-digest.ts';
import { readBasis, readHome } from '../../src/services/home/read-home.ts';
import { interactions } from '../../src/slack/actions/index.ts';
import { subcommands } from '../../src/slack/commands/index.ts';
import type { SlackContext } from '../../src/slack/context.ts';
import { lookFor } from '../../src/slack/digest-renderers.ts';
import { digestView } from '../../src/slack/views/digest.ts';
import { homeView } from '../../src/slack/views/home.ts';
import { type Figure, quantile } from '../suite.ts';
import { CONNECTION, openScaleStage } from './stage.ts';
import { DAY_MS, MINUTE_MS } from './traffic.ts';

const loadedMs = performance.now();
const [size = '', databasePath = ''] = process.argv.slice(2);
const CALLS = 200;
const POLLS = 7;
const CLICKS = 20;
const DIGESTS = 7;
const PEOPLE = 500;
const NS_PER_MS = 1e6;
const SAMPLED_MS = 20;
const MAX_TURNS = 1_000_000;
const calledAt: number[] = [];
const PERSON = { userId: 'U0ANA', teamId: 'T1', triggerId: 'trigger', channel: 'C0AIKEYS' };
const LINES = [
  'list',
  'list sort:spend env:prod',
  'list team-7',
  'list unowned env:prod unused:>30d provider:openai spend:<100 cap:none sort:used',
  'list model:gpt* owner:ana spend:>1',
  'stale',
  'lint',
  'show team-7-service-7',
  'spend',
];

const stage = await openScaleStage(Number(size), databasePath);
const figures: Figure[] = [{ name: 'start to ready', value: loadedMs + stage.startMs, unit: 'ms' }];
const context = withoutSlack();

figures.push({ name: 'first /keys list after a start', value: await timed('list'), unit: 'ms' });
for (const line of LINES) {
  const times: number[] = [];
  for (let call = 0; call < CALLS; call += 1) times.push(await timed(line, 1 + (call % 50)));
  figures.push({ name: `/keys ${line}, median`, value: quantile(times, 0.5), unit: 'ms' });
  figures.push({ name: `/keys ${line}, p95`, value: quantile(times, 0.95), unit: 'ms' });
}
const homes: number[] = [];
for (let call = 0; call < CALLS; call += 1) homes.push(await homeMs(1 + (call % 50)));
figures.push({ name: 'Home tab, median', value: quantile(homes, 0.5), unit: 'ms' });
figures.push({ name: 'Home tab, p95', value: quantile(homes, 0.95), unit: 'ms' });
const digests: number[] = [];
for (let call = 0; call < DIGESTS; call += 1) digests.push(await digestMs());
figures.push({ name: 'weekly digest, median', value: quantile(digests, 0.5), unit: 'ms' });
figures.push({ name: `weekly digest, worst of ${DIGESTS}`, value: Math.max(...digests), unit: 'ms' });
for (const line of ['list', 'stale']) {
  const times: number[] = [];
  for (let poll = 0; poll < POLLS; poll += 1) {
    stage.clock.jumpTo(stage.clock.now() + 5 * MINUTE_MS);
    await pollUsageJob.run(stage.app.deps);
    times.push(await timed(line));
  }
  figures.push({ name: `/keys ${line} right after a poll, median`, value: quantile(times, 0.5), unit: 'ms' });
  figures.push({ name: `/keys ${line} right after a poll, worst of ${POLLS}`, value: Math.max(...times), unit: 'ms' });
}
figures.push(...(await jobFigures()));
const clicks = await clickTimes();
figures.push({ name: 'modal sent off to provider call, median', value: quantile(clicks, 0.5), unit: 'ms' });
figures.push({ name: 'modal sent off to provider call, p95', value: quantile(clicks, 0.95), unit: 'ms' });
await stage.close();
process.stdout.write(`${JSON.stringify({ figures, problem: null })}\n`);

async function timed(line: string, page = 1): Promise<number> {
  const [name = '', ...rest] = line.split(' ');
  const subcommand = subcommands.find((one) => one.name === name);
  const begun = performance.now();
  const answer = await subcommand?.run(context, { ...PERSON, argument: rest.join(' '), page, sight: 'all' });
  const ms = performance.now() - begun;
  if (!answer?.text) throw new Error(`${line} has no answer`);
  return ms;
}

/** Made anew for a responder who owns many keys, from the store to the blocks. */
async function homeMs(page: number): Promise<number> {
  const { deps, locale } = context;
  const asker = { userId: PERSON.userId, roles: ['viewer', 'responder'] as const, seesAll: true };
  const begun = performance.now();
  const card = await readHome(deps, asker, { basis: await readBasis(deps), page });
  const view = homeView(card, locale);
  const ms = performance.now() - begun;
  if (view.blocks.length < 5) throw new Error('the Home tab is empty');
  return ms;
}

/** From the store to the blocks, with nothing of it remembered: a week lies between two of them. */
async function digestMs(): Promise<number> {
  const { deps, locale } = context;
  stage.clock.jumpTo(stage.clock.now() + 2 * MINUTE_MS);
  const begun = performance.now();
  const card = await readDigest(deps);
  const view = digestView(card, await lookFor(deps, card, locale));
  const ms = performance.now() - begun;
  if (view.blocks.length < 5) throw new Error('the digest is empty');
  return ms;
}

/** Once each, as in a company that begins: nobody owns a key, 500 people are known, and 4,000 keys are not used. */
async function jobFigures(): Promise<readonly Figure[]> {
  const { deps } = stage.app;
  const lastSeenAt = stage.clock.now();
  await deps.store.write(async (tx) => {
    for (let person = 0; person < PEOPLE; person += 1) {
      const email = `p${person}@acme.example`;
      const member = { userId: `U0P${person}`, teamId: 'T1', name: `P ${person}`, email, timezone: 'UTC' };
      await tx.members.upsert({ ...member, isActiveFullMember: true, lastSeenAt });
    }
  });
  const found: Figure[] = [];
  for (const run of ['first run', 'a day later']) {
    stage.clock.jumpTo(stage.clock.now() + DAY_MS);
    for (const job of [askOwnersJob, climbStaleJob] satisfies readonly Job[]) {
      const delay = monitorEventLoopDelay({ resolution: 1 });
      delay.enable();
      const begun = performance.now();
      await job.run(deps);
      found.push({ name: `${job.name}, ${run}`, value: performance.now() - begun, unit: 'ms' });
      // The sampler sees a block only when the loop is free again.
      await sleep(SAMPLED_MS);
      delay.disable();
      found.push({ name: `${job.name}, ${run}: longest block`, value: delay.max / NS_PER_MS, unit: 'ms' });
    }
  }
  return found;
}

/** From the modal of `Suspend…`, sent off, to the call of the provider, which itself takes no time here. */
async function clickTimes(): Promise<readonly number[]> {
  const { deps } = context;
  const keys = (await deps.store.read.keys.all()).filter(({ status }) => status === 'active').slice(0, CLICKS);
  const handler = interactions.find((one) => one.kind === 'submit' && one.id === 'key_action');
  if (handler?.kind !== 'submit') throw new Error('there is no such modal');
  const times: number[] = [];
  for (const key of keys) {
    const lineage = await deps.store.read.lineages.get(key.lineageId);
    const metadata = { kind: 'suspend', alertId: null, keyId: key.id, generation: key.generation };
    const values = { reason: 'it leaked', slug: lineage?.slug ?? '' };
    const submission = { ...PERSON, viewId: 'V1', privateMetadata: JSON.stringify(metadata), values, choices: {} };
    const before = calledAt.length;
    const begun = performance.now();
    await handler.check(context, submission);
    await handler.run(context, submission);
    times.push((await callAfter(before)) - begun);
  }
  return times;
}

/** The app works actions off by itself as soon as they are written. */
async function callAfter(before: number): Promise<number> {
  for (let turn = 0; turn < MAX_TURNS; turn += 1) {
    const at = calledAt[before];
    if (at !== undefined) return at;
    await nextTurn();
  }
  throw new Error('the provider was not called');
}

function withoutSlack(): SlackContext {
  const { deps } = stage.app;
  const person = { ...PERSON, name: 'ana', email: null, isActiveFullMember: true, groupIds: [] };
  const directory: Directory = {
    person: async () => person,
    members: async () => [],
    groupMembers: async () => [],
    channel: async () => ({ id: 'C0AIKEYS', name: 'ai-keys', isShared: false }),
    channelMembers: async () => [],
  };
  const real = deps.providers.get(CONNECTION);
  if (real === undefined) throw new Error('the bench has no connection');
  const provider: Provider = {
    ...real,
    suspendKey: async () => void calledAt.push(performance.now()),
    readKeyStatus: async () => 'inactive',
    // What can be undone takes one person.
    restoreKey: async () => undefined,
  };
  // The app's own: it is the app that calls.
  (deps.providers as Map<string, Provider>).set(CONNECTION, provider);
  const view = async ({ view: shown }: { view: View }) => ({ view: { id: 'V1', ...shown } });
  return {
    deps: { ...deps, directory },
    client: { views: { open: view, update: view } } as unknown as WebClient,
    identity: { teamId: 'T1', botUserId: 'U0BOT', botId: 'B0BOT', workspaceUrl: null, appId: null, enterpriseId: null },
    locale: { currency: US_DOLLAR, timezone: 'UTC' },
    subcommands,
    configLines: [],
    policySettings: [],
    home: { opened: async () => {}, turnTo: async () => {} },
  };
}
