import OpenAI from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import { type OpenAiStandInOptions, type StandIn, startOpenAiStandIn } from '../../../src/sandbox/providers/index.ts';
import {
  createWorld,
  DAY_MS,
  HOUR_MS,
  leakWeekend,
  MINUTE_MS,
  type UsageLine,
} from '../../../src/sandbox/world/index.ts';
import { HandClock } from '../world/hand-clock.ts';

const START = leakWeekend.startAt;
const LAG = 3 * MINUTE_MS;
const FULL = 'admin-for-tests';
const READ = 'reader-for-tests';

let open: StandIn[] = [];

afterEach(async () => {
  await Promise.all(open.map((each) => each.close()));
  open = [];
});

async function stage(options: Partial<OpenAiStandInOptions> = {}) {
  const clock = new HandClock(START);
  const world = createWorld({ seed: 7, clock, scenario: leakWeekend, leakProvider: 'openai' });
  const adminKeys = [
    { value: FULL, access: 'full' },
    { value: READ, access: 'read' },
  ] as const;
  const server = await startOpenAiStandIn({ world, clock, lagMs: LAG, adminKeys, ...options });
  open.push(server);
  const client = clientOf(server, FULL);
  const project = (name: string): string => {
    const found = world.scopes('openai').find((scope) => scope.name === name);
    if (found === undefined) throw new Error(`no project ${name}`);
    return found.id;
  };
  const key = (name: string) => {
    const found = world.findKey('openai', name);
    if (found === undefined) throw new Error(`no key ${name}`);
    return found;
  };
  return { clock, world, server, client, org: client.admin.organization, project, key };
}

function clientOf(server: StandIn, adminAPIKey: string): OpenAI {
  return new OpenAI({ adminAPIKey, baseURL: server.url, maxRetries: 0, timeout: 5_000, logLevel: 'off' });
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

function total(lines: readonly UsageLine[]) {
  const sums = { input: 0, cached: 0, output: 0, requests: 0 };
  for (const { tokens, requests } of lines) {
    sums.input += tokens.uncachedInput + tokens.cachedRead;
    sums.cached += tokens.cachedRead;
    sums.output += tokens.output;
    sums.requests += requests;
  }
  return sums;
}

type UsageQuery = OpenAI.Admin.Organization.UsageCompletionsParams;

async function completions(client: OpenAI, query: UsageQuery) {
  const buckets = [];
  let page: string | undefined;
  do {
    const answer = await client.admin.organization.usage.completions({ ...query, ...(page ? { page } : {}) });
    buckets.push(...answer.data);
    page = answer.has_more ? (answer.next_page ?? undefined) : undefined;
  } while (page !== undefined);
  const results = buckets.flatMap((bucket) =>
    bucket.results.flatMap((each) => (each.object === 'organization.usage.completions.result' ? [each] : [])),
  );
  return { buckets, results };
}

const seconds = (at: number): number => at / 1_000;

describe('inventory', () => {
  it('lists live projects page by page, and the archived one only on request', async () => {
    const { org } = await stage();
    const live = await all(org.projects.list({ limit: 2 }));
    const every = await all(org.projects.list({ limit: 2, include_archived: true }));

    expect(live.map((each) => each.name)).toEqual(['Production', 'Staging', 'Data', 'Research']);
    expect(every.map((each) => each.status)).toContain('archived');
    expect(every).toHaveLength(5);
  });

  it('lists every key of a project page by page with owner_project_access any, and hides some without', async () => {
    const { org, project, server } = await stage();
    const keys = await all(org.projects.apiKeys.list(project('Production'), { owner_project_access: 'any', limit: 1 }));
    const fewer = await all(org.projects.apiKeys.list(project('Production')));

    expect(keys.map((key) => key.name)).toEqual(['prod-api', 'support-chat', 'spare-prod']);
    expect(fewer.map((key) => key.name)).toEqual(['support-chat', 'spare-prod']);
    expect(server.calls.filter((call) => call.path.endsWith('/api_keys'))).toHaveLength(4);
  });

  it('tells owners, last use and lost access', async () => {
    const { org, project, key } = await stage();
    const prod = await org.projects.apiKeys.retrieve(key('prod-api').id, { project_id: project('Production') });
    const spare = await org.projects.apiKeys.retrieve(key('spare-prod').id, { project_id: project('Production') });
    const frank = await org.projects.apiKeys.retrieve(key('franks-demo').id, { project_id: project('Staging') });

    expect(prod.owner).toMatchObject({ type: 'service_account', service_account: { name: 'prod-api' } });
    expect(prod.last_used_at).toBeGreaterThan(seconds(START - HOUR_MS));
    expect(prod.last_used_at).toBeLessThanOrEqual(seconds(START - LAG));
    expect(spare).toMatchObject({ last_used_at: null, owner: { user: { email: 'ana@acme.example' } } });
    expect(frank).toMatchObject({ owner_project_access: 'inactive', owner: { user: { email: 'frank@acme.example' } } });
  });

  it('lists people who work there, and admin keys', async () => {
    const { org } = await stage();
    const people = await all(org.users.list({ limit: 3 }));

    expect(people.map((person) => person.email)).toContain('dee@acme.example');
    expect(people.map((person) => person.email)).not.toContain('frank@acme.example');
    expect((await all(org.adminAPIKeys.list())).length).toBeGreaterThan(0);
    expect(await all(org.auditLogs.list())).toEqual([]);
  });
});

describe('usage', () => {
  it('adds up to what the company really used, by the hour over a month and several pages', async () => {
    const { client, world, key, server } = await stage();
    const range = { from: START - 30 * DAY_MS, to: START - DAY_MS };
    const query = {
      start_time: seconds(range.from),
      end_time: seconds(range.to),
      bucket_width: '1h',
      limit: 168,
    } as const;
    const { buckets, results } = await completions(client, { ...query, group_by: ['api_key_id', 'model', 'batch'] });

    expect(buckets).toHaveLength(29 * 24);
    expect(server.calls).toHaveLength(5);
    for (const name of ['prod-api', 'nightly-batch', 'staging-ci', 'notebooks']) {
      const rows = results.filter((row) => row.api_key_id === key(name).id);
      const truth = world
        .usageBetween({ keyId: key(name).id, ...range })
        .filter((line) => line.endpoint === 'completions');
      expect({
        input: rows.reduce((sum, row) => sum + row.input_tokens, 0),
        cached: rows.reduce((sum, row) => sum + (row.input_cached_tokens ?? 0), 0),
        output: rows.reduce((sum, row) => sum + row.output_tokens, 0),
        requests: rows.reduce((sum, row) => sum + row.num_model_requests, 0),
      }).toEqual(total(truth));
      expect(new Set(rows.map((row) => row.batch))).toEqual(new Set([name === 'nightly-batch']));
    }
  });

  it('filters by batch, model and project', async () => {
    const { client, key, project } = await stage();
    const query = { start_time: seconds(START - DAY_MS), group_by: ['api_key_id', 'model'] } as const;
    const rowsWith = async (filter: Partial<UsageQuery>) =>
      (await completions(client, { ...query, group_by: [...query.group_by], ...filter })).results;
    const batch = await rowsWith({ batch: true });
    const staging = await rowsWith({ project_ids: [project('Staging')] });

    expect(batch.map((row) => row.api_key_id)).toEqual([key('nightly-batch').id]);
    expect(staging.map((row) => row.api_key_id)).toEqual([key('staging-ci').id]);
    expect((await rowsWith({ models: ['gpt-5'] })).every((row) => row.model === 'gpt-5')).toBe(true);
    expect((await rowsWith({ batch: false })).map((row) => row.api_key_id)).not.toContain(key('nightly-batch').id);
  });

  it('leaves what was not grouped by null', async () => {
    const { client } = await stage();
    const query = { start_time: seconds(START - DAY_MS), end_time: seconds(START), bucket_width: '1d' } as const;
    const { results } = await completions(client, query);
    const byModel = await completions(client, { ...query, group_by: ['model'] });

    expect(results).toHaveLength(1);
    expect(results[0]).toMatchObject({
      api_key_id: null,
      model: null,
      project_id: null,
      batch: null,
      service_tier: null,
    });
    expect(byModel.results.map((row) => row.model)).toContain('gpt-5-mini');
    expect(byModel.results.reduce((sum, row) => sum + row.input_tokens, 0)).toBe(results[0]?.input_tokens);
  });

  it('shows a request only after the lag, and then in full', async () => {
    const { client, clock, world, key } = await stage();
    const { id } = key('prod-api');
    clock.set(START + 10 * HOUR_MS);
    const read = async (): Promise<number> => {
      const query = { start_time: seconds(START + 9 * HOUR_MS), end_time: seconds(START + 10 * HOUR_MS) };
      const rows = await completions(client, { ...query, bucket_width: '1m', limit: 60, api_key_ids: [id] });
      return rows.results.reduce((sum, row) => sum + row.input_tokens, 0);
    };
    const inputBetween = (from: number, to: number): number =>
      total(world.usageBetween({ keyId: id, from, to }).filter((line) => line.endpoint === 'completions')).input;

    expect(await read()).toBe(inputBetween(START + 9 * HOUR_MS, clock.now() - LAG));
    expect(await read()).toBeLessThan(inputBetween(START + 9 * HOUR_MS, clock.now()));
    clock.advance(LAG);
    expect(await read()).toBe(inputBetween(START + 9 * HOUR_MS, START + 10 * HOUR_MS));
  });

  it('answers every endpoint family the SDK knows', async () => {
    const { org, key } = await stage();
    const query = { start_time: seconds(START - DAY_MS), end_time: seconds(START) };
    const embeddings = await org.usage.embeddings({ ...query, group_by: ['api_key_id', 'model'] });
    const quiet = await Promise.all([
      org.usage.moderations(query),
      org.usage.images(query),
      org.usage.audioSpeeches(query),
      org.usage.audioTranscriptions(query),
      org.usage.vectorStores(query),
      org.usage.codeInterpreterSessions(query),
      org.usage.fileSearchCalls(query),
      org.usage.webSearchCalls(query),
    ]);

    expect(embeddings.data[0]?.results).toMatchObject([
      { api_key_id: key('prod-api').id, model: 'text-embedding-3-small' },
    ]);
    expect(quiet.map((page) => page.data[0]?.results)).toEqual(Array.from({ length: 8 }, () => []));
  });

  it('reports daily costs that match the truth', async () => {
    const { org, world, key } = await stage();
    const from = START - 20 * DAY_MS;
    const query = { start_time: seconds(from), end_time: seconds(START - DAY_MS), limit: 180 };
    const costs = await org.usage.costs({ ...query, group_by: ['api_key_id'] });
    const items = await org.usage.costs({ ...query, group_by: ['line_item'] });
    const sumOf = (page: typeof costs, keyId?: string): number =>
      page.data
        .flatMap((bucket) => bucket.results)
        .flatMap((each) => (each.object === 'organization.costs.result' ? [each] : []))
        .filter((each) => keyId === undefined || each.api_key_id === keyId)
        .reduce((sum, each) => sum + Number(each.amount?.value), 0);
    const { id } = key('prod-api');

    expect(costs.data).toHaveLength(19);
    expect(sumOf(costs, id)).toBeCloseTo(world.truth.burnedMicroUsd({ keyId: id, from, to: START - DAY_MS }) / 1e6, 4);
    expect(sumOf(items)).toBeCloseTo(sumOf(costs), 6);
  });

  it('refuses unknown groupings, widths beyond the limit and broken cursors', async () => {
    const { client, org } = await stage();
    const query = { start_time: seconds(START - DAY_MS) };
    const wrong = { ...query, group_by: ['colour'] } as unknown as UsageQuery;

    await expect(org.usage.completions(wrong)).rejects.toMatchObject({ status: 400 });
    await expect(org.usage.completions({ ...query, limit: 32 })).rejects.toMatchObject({ status: 400 });
    await expect(completions(client, { ...query, page: 'page_!' })).rejects.toMatchObject({ status: 400 });
  });
});

describe('stopping a key', () => {
  it('takes a deleted key off the list, ends its traffic and keeps its past usage', async () => {
    const { client, org, clock, world, project, key } = await stage();
    const [leak] = world.leaks;
    const { id } = key('staging-ci');
    clock.set(START + 3 * HOUR_MS);
    await org.projects.apiKeys.delete(id, { project_id: project('Staging') });
    clock.set(START + 6 * HOUR_MS);
    const listed = await all(org.projects.apiKeys.list(project('Staging'), { owner_project_access: 'any' }));
    const { buckets, results } = await completions(client, {
      start_time: seconds(START),
      end_time: seconds(START + 6 * HOUR_MS),
      bucket_width: '1h',
      group_by: ['api_key_id', 'model'],
      api_key_ids: [id],
    });

    expect(listed.map((each) => each.id)).not.toContain(id);
    expect(results.map((row) => row.model)).toContain(leak?.model);
    expect(buckets.slice(4).flatMap((bucket) => bucket.results)).toEqual([]);
    await expect(org.projects.apiKeys.delete(id, { project_id: project('Staging') })).rejects.toMatchObject({
      status: 404,
    });
  });

  it('refuses to delete a service account key when told so; deleting the account kills all its keys', async () => {
    const { org, world, project, key } = await stage({ serviceAccountKeyDelete: 'refused' });
    const { id, owner } = key('staging-ci');
    const where = { project_id: project('Staging') };
    const accountId = owner.type === 'service_account' ? owner.serviceAccountId : '';

    await expect(org.projects.apiKeys.delete(id, where)).rejects.toMatchObject({ status: 400 });
    expect(world.stateOf(id)).toBe('active');
    await org.projects.serviceAccounts.delete(accountId, where);
    expect(world.stateOf(id)).toBe('deleted');
    expect(await all(org.projects.serviceAccounts.list(project('Staging')))).toEqual([]);
  });

  it('knows the expiry endpoint only when switched on', async () => {
    const path = (projectId: string, keyId: string) => `/organization/projects/${projectId}/api_keys/${keyId}`;
    const options = { body: { expires_in_seconds: 60 }, __security: { adminAPIKeyAuth: true } };
    const plain = await stage();
    const target = path(plain.project('Production'), plain.key('prod-api').id);
    await expect(plain.client.post(target, options)).rejects.toMatchObject({ status: 404 });

    const { client, clock, world, key } = await stage({ keyUpdate: 'works' });
    expect(await client.post(target, options)).toMatchObject({ expires_at: seconds(START) + 60 });
    clock.advance(MINUTE_MS);
    expect(world.stateOf(key('prod-api').id)).toBe('expired');
  });

  it('makes a service account key whose value is shown once and ends like its hint', async () => {
    const { org, project, key } = await stage();
    const { owner } = key('prod-api');
    const accountId = owner.type === 'service_account' ? owner.serviceAccountId : '';
    const where = { project_id: project('Production') };
    const made = await org.projects.serviceAccounts.apiKeys.create(accountId, { ...where, name: 'prod-api-2' });
    const listed = await org.projects.apiKeys.retrieve(made.id, where);

    expect(made.value).toContain('FAKE');
    expect(made.value.slice(-4)).toBe(listed.redacted_value.slice(-4));
    expect(listed).toMatchObject({ name: 'prod-api-2', last_used_at: null });
    expect(JSON.stringify(listed)).not.toContain('FAKE');
  });

  it('creates a service account with or without a key', async () => {
    const { org, project } = await stage();
    const withKey = await org.projects.serviceAccounts.create(project('Data'), { name: 'new-bot' });
    const without = await org.projects.serviceAccounts.create(project('Data'), {
      name: 'bare-bot',
      create_service_account_only: true,
    });

    expect(withKey.api_key?.value).toContain('FAKE');
    expect(without.api_key).toBeNull();
  });
});

describe('spend limits', () => {
  it('does not exist until it is set, then blocks the project, and lets go when deleted', async () => {
    const { org, clock, world, project, key } = await stage();
    const id = project('Staging');
    await expect(org.projects.spendLimit.retrieve(id)).rejects.toMatchObject({ status: 404 });
    const spent = world.truth.burnedMicroUsd({ keyId: key('staging-ci').id, from: Date.UTC(2026, 9, 1), to: START });
    const cents = Math.ceil(spent / 10_000) + 10_000;
    const set = await org.projects.spendLimit.update(id, {
      currency: 'USD',
      interval: 'month',
      threshold_amount: cents,
    });
    clock.set(START + 5 * HOUR_MS);

    expect(set).toMatchObject({ threshold_amount: cents, enforcement: { status: 'inactive' } });
    expect(await org.projects.spendLimit.retrieve(id)).toMatchObject({ enforcement: { status: 'enforcing' } });
    const stolen = world.truth.stolenMicroUsd({ keyId: key('staging-ci').id, from: START, to: clock.now() });
    expect(stolen).toBeGreaterThan(80_000_000);
    expect(stolen).toBeLessThan(110_000_000);

    await org.projects.spendLimit.delete(id);
    expect(world.usageOf(key('staging-ci').id, clock.now())).not.toEqual([]);
  });
});

describe('credentials', () => {
  it('answers a wrong key with 401 and never repeats it', async () => {
    const { server } = await stage();
    const failed = await clientOf(server, 'wrong-key-value').admin.organization.projects.list().catch(String);

    await expect(clientOf(server, 'wrong-key-value').admin.organization.projects.list()).rejects.toMatchObject({
      status: 401,
      code: 'invalid_api_key',
    });
    expect(failed).not.toContain('wrong-key-value');
    expect(JSON.stringify(server.calls)).not.toContain('wrong-key-value');
  });

  it('lets a reading key read, and refuses its writes with 403', async () => {
    const { server, world, project, key } = await stage();
    const reader = clientOf(server, READ).admin.organization;
    const where = { project_id: project('Staging') };

    expect((await reader.projects.list()).data).toHaveLength(4);
    await expect(reader.projects.apiKeys.delete(key('staging-ci').id, where)).rejects.toMatchObject({ status: 403 });
    expect(world.stateOf(key('staging-ci').id)).toBe('active');
  });
});
