import OpenAI from 'openai';
import type { SpendAlertCreateParams } from 'openai/resources/admin/organization/spend-alerts';
import { afterEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import type { CostReport, Provider, ProviderDefinition } from '../../../src/ports/provider.ts';
import { anthropic } from '../../../src/providers/anthropic/provider.ts';
import { openai } from '../../../src/providers/openai/provider.ts';
import type { AnthropicStandInOptions } from '../../../src/sandbox/providers/anthropic-options.ts';
import {
  type OpenAiStandInOptions,
  type StandIn,
  startAnthropicStandIn,
  startOpenAiStandIn,
} from '../../../src/sandbox/providers/index.ts';
import { createWorld, DAY_MS, leakWeekend, MINUTE_MS, type ProviderId } from '../../../src/sandbox/world/index.ts';
import { failureOf } from '../../providers/support/connected.ts';
import { recordingLogger } from '../../providers/support/recording-logger.ts';
import { HandClock } from '../world/hand-clock.ts';

const START = leakWeekend.startAt;
const TODAY = Math.floor(START / DAY_MS) * DAY_MS;
const LAG = 3 * MINUTE_MS;
const CENT_MICRO_USD = 10_000;
const FULL = 'admin-for-tests';
// The story begins at midnight: the last minutes of the day before are not published yet.
const days = { from: TODAY - 4 * DAY_MS, to: TODAY - DAY_MS, widthMs: DAY_MS };

let open: StandIn[] = [];

afterEach(async () => {
  await Promise.all(open.map((each) => each.close()));
  open = [];
});

function base(leakProvider: ProviderId) {
  const clock = new HandClock(START);
  const world = createWorld({ seed: 7, clock, scenario: leakWeekend, leakProvider });
  return { clock, world, lagMs: LAG, adminKeys: [{ value: FULL, access: 'full' }] as const };
}

function connect(definition: ProviderDefinition, server: StandIn, writable = true): Provider {
  open.push(server);
  return definition.connect({
    connectionId: definition.id,
    readKey: new Secret(FULL),
    writeKey: writable ? new Secret(FULL) : undefined,
    baseUrl: server.url,
    logger: recordingLogger(),
  });
}

async function openaiStage(options: Partial<OpenAiStandInOptions> = {}) {
  const parts = base('openai');
  const server = await startOpenAiStandIn({ ...parts, ...options });
  return { ...parts, server, provider: connect(openai, server) };
}

async function anthropicStage(options: Partial<AnthropicStandInOptions> = {}) {
  const parts = base('anthropic');
  const server = await startAnthropicStandIn({ ...parts, ...options });
  return { ...parts, server, provider: connect(anthropic, server) };
}

type World = ReturnType<typeof base>['world'];

/** Every source's true cost of every day against what the report says of it. */
function expectTrueCosts(world: World, provider: ProviderId, report: CostReport | undefined): void {
  const sources = world.sourcesOf(provider);
  let checked = 0;
  for (let from = days.from; from < days.to; from += DAY_MS) {
    const groups = new Map<string, number>();
    for (const source of sources) {
      const key = report?.perKey ? `${source.keyless ? '' : source.id} ${source.scopeId}` : ` ${source.scopeId}`;
      const spent = world.truth.burnedMicroUsd({ keyId: source.id, from, to: from + DAY_MS });
      groups.set(key, (groups.get(key) ?? 0) + spent);
    }
    for (const [key, truth] of groups) {
      const rows = (report?.costs ?? []).filter(
        (row) => row.startAt === from && `${row.providerKeyId ?? ''} ${row.scopeId}` === key,
      );
      expect(rows.length, key).toBeLessThanOrEqual(1);
      expect(Math.abs((rows[0]?.costMicroUsd ?? 0) - truth), key).toBeLessThan(CENT_MICRO_USD);
      if (truth > CENT_MICRO_USD) checked += 1;
    }
  }
  expect(checked).toBeGreaterThan(10);
}

describe('the real adapters against the stand-ins', () => {
  it.each(['string', 'number'] as const)(
    "reads OpenAI's costs of every key as they truly were (%s)",
    async (costAmounts) => {
      const { provider, world } = await openaiStage({ costAmounts });

      const report = await provider.readCosts?.(days);

      expect(report).toMatchObject({ availability: 'available', perKey: true, refreshedAt: null });
      expectTrueCosts(world, 'openai', report);
    },
  );

  it("reads OpenAI's spend alerts as they are made, changed and deleted, of projects and of the organization", async () => {
    const { provider, world, server } = await openaiStage();
    const { organization } = new OpenAI({ adminAPIKey: FULL, baseURL: server.url, maxRetries: 0 }).admin;
    const id = (name: string) => world.scopes('openai').find((scope) => scope.name === name)?.id ?? '';
    const amounts = async (scopeId: string | null) =>
      (await provider.readSpendAlerts?.(scopeId))?.alerts.map(
        ({ monthlyMicroUsd }) => monthlyMicroUsd / CENT_MICRO_USD,
      );
    const wanted = (cents: number, ...recipients: string[]): SpendAlertCreateParams => ({
      currency: 'USD',
      interval: 'month',
      threshold_amount: cents,
      notification_channel: { type: 'email', recipients },
    });
    expect([await amounts(id('Production')), await amounts(id('Staging')), await amounts(null)]).toEqual([
      [150_000, 250_000],
      [],
      [],
    ]);

    const made = await organization.projects.spendAlerts.create(id('Staging'), wanted(100, 'ana@acme.example'));
    await organization.projects.spendAlerts.update(made.id, {
      project_id: id('Staging'),
      ...wanted(200, 'ana@acme.example'),
    });
    const ofAll = await organization.spendAlerts.create(wanted(300, 'ana@acme.example'));

    expect([await amounts(id('Staging')), await amounts(null)]).toEqual([[200], [300]]);
    await organization.spendAlerts.delete(ofAll.id);
    expect(await amounts(null)).toEqual([]);
    await expect(organization.spendAlerts.retrieve(ofAll.id)).rejects.toMatchObject({ status: 404 });
    await expect(organization.spendAlerts.create(wanted(1))).rejects.toMatchObject({ status: 400 });
    expect(await provider.readSpendAlerts?.('nowhere')).toEqual({ availability: 'not_enabled', alerts: [] });
  });

  it("reads Anthropic's costs of every key as they truly were, and how fresh they are", async () => {
    const { provider, world } = await anthropicStage();

    const report = await provider.readCosts?.(days);

    expect(report).toMatchObject({ availability: 'available', perKey: true, refreshedAt: START - LAG });
    expectTrueCosts(world, 'anthropic', report);
  });

  it("reads Anthropic's costs by workspace where analytics are closed, the default one under its id", async () => {
    const { provider, world } = await anthropicStage({ analytics: 'off' });

    const report = await provider.readCosts?.(days);

    expect(report).toMatchObject({ availability: 'available', perKey: false, refreshedAt: null });
    expectTrueCosts(world, 'anthropic', report);
  });

  it('sets, reads back and removes the cap of a project and of a workspace', async () => {
    for (const stage of [await openaiStage(), await anthropicStage({ spendLimits: 'on' })]) {
      const { provider, world } = stage;
      const scope = world.scopes(provider.id === 'openai' ? 'openai' : 'anthropic').find((each) => !each.isDefault);
      const scopeId = scope?.id ?? '';
      const cap = async () => (await provider.readLimits?.(scopeId))?.spendLimit;

      expect(await cap()).toMatchObject({ availability: 'available', monthlyMicroUsd: null });
      await provider.setSpendLimit?.(scopeId, 123_450_001);
      expect(await cap()).toMatchObject({ monthlyMicroUsd: 123_460_000 });
      expect(world.capOf(scopeId)?.microUsd).toBe(123_460_000);
      await provider.setSpendLimit?.(scopeId, null);
      expect(await cap()).toMatchObject({ availability: 'available', monthlyMicroUsd: null });
      await provider.setSpendLimit?.(scopeId, null);
    }
  });

  it('sets a rate limit and reads it back, the others untouched', async () => {
    for (const { provider, world } of [await openaiStage(), await anthropicStage()]) {
      const scope = world.scopes(provider.id === 'openai' ? 'openai' : 'anthropic').find((each) => !each.isDefault);
      const scopeId = scope?.id ?? '';
      const before = (await provider.readLimits?.(scopeId))?.rateLimits ?? [];
      const [first, ...others] = before;

      await provider.setRateLimit?.(scopeId, first?.id ?? '', 17);

      expect(before.length).toBeGreaterThan(1);
      expect((await provider.readLimits?.(scopeId))?.rateLimits).toEqual([{ ...first, value: 17 }, ...others]);
    }
  });

  it('sets, reads back and lifts model permissions of a project', async () => {
    const { provider, world } = await openaiStage();
    const scopeId = world.scopes('openai')[0]?.id ?? '';
    const models = async () => (await provider.readLimits?.(scopeId))?.models;

    await provider.setModelPermissions?.(scopeId, { mode: 'deny', models: ['gpt-5'] });
    expect(await models()).toEqual({ availability: 'available', mode: 'deny', models: ['gpt-5'] });
    await provider.setModelPermissions?.(scopeId, { mode: 'all', models: [] });
    expect(await models()).toEqual({ availability: 'available', mode: 'all', models: [] });
  });

  it('says that spend limits are not enabled where Anthropic has not opened them', async () => {
    const { provider, world } = await anthropicStage();
    const scopeId = world.scopes('anthropic').find((each) => !each.isDefault)?.id ?? '';

    expect((await provider.readLimits?.(scopeId))?.spendLimit.availability).toBe('not_enabled');
    expect((await failureOf(provider.setSpendLimit?.(scopeId, 1_000_000))).code).toBe('not_supported');
    expect(world.capOf(scopeId)).toBeUndefined();
  });

  it('tells an event log that is off from one in which nothing happened', async () => {
    const report = async (provider: Provider, since: number) => provider.readEvents?.({ from: since, to: null });

    for (const stage of [await openaiStage({ auditLog: 'on' }), await anthropicStage({ activityFeed: 'on' })]) {
      const id = stage.provider.id === 'openai' ? 'openai' : 'anthropic';
      const created = stage.world.keysOf(id).filter((key) => key.createdAt <= START);
      const all = await report(stage.provider, 0);
      expect(all?.availability).toBe('available');
      expect(new Set(all?.events.map(({ keyId }) => keyId))).toEqual(new Set(created.map((key) => key.id)));
      expect(all?.events.map(({ at }) => at)).toEqual(all?.events.map(({ at }) => at).toSorted((a, b) => a - b));
      expect(await report(stage.provider, START + DAY_MS)).toEqual({ availability: 'available', events: [] });
    }
    for (const stage of [await openaiStage({ auditLog: 'refused' }), await anthropicStage()]) {
      expect(await report(stage.provider, 0)).toEqual({ availability: 'not_enabled', events: [] });
    }
  });

  it('deletes the service account whose key refuses deletion, and every key of it is gone', async () => {
    const { provider, world } = await openaiStage({ serviceAccountKeyDelete: 'refused' });
    const keys = await provider.listKeys(await provider.listScopes());
    const key = keys.find(({ owner, status }) => owner?.kind === 'service_account' && status === 'active');
    const ref = { providerKeyId: key?.id ?? '', scopeId: key?.scopeId ?? null };
    const siblings = keys.filter(({ owner }) => owner?.id === key?.owner?.id);

    expect((await failureOf(provider.revokeKey?.(ref))).code).toBe('provider_rejected');
    await provider.deleteKeyOwner?.(ref, key?.owner?.id ?? '');

    for (const { id, scopeId } of siblings) {
      expect(await provider.readKeyStatus({ providerKeyId: id, scopeId })).toBe('gone');
    }
    expect(world.stateOf(ref.providerKeyId)).toBe('deleted');
  });

  it("reads a key's expiry against the simulated time, not the time of the test run", async () => {
    const { provider, world, clock } = await openaiStage();
    const key = world.keysOf('openai').find((each) => world.stateOf(each.id) === 'active');
    const ref = { providerKeyId: key?.id ?? '', scopeId: key?.scopeId ?? null };
    world.expireKey(ref.providerKeyId, START + 60 * MINUTE_MS);

    expect(await provider.readKeyStatus(ref)).toBe('active');
    clock.advance(61 * MINUTE_MS);
    expect(await provider.readKeyStatus(ref)).toBe('expired');
  });
});
