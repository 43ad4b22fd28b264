import { describe, expect, it } from 'vitest';
import {
  createWorld,
  DAY_MS,
  HOUR_MS,
  leakWeekend,
  MINUTE_MS,
  type ProviderId,
  quietMonth,
  type UsageLine,
  type World,
  type WorldKey,
} from '../../../src/sandbox/world/index.ts';
import { HandClock } from './hand-clock.ts';

const START = leakWeekend.startAt;
const PROVIDERS = ['openai', 'anthropic'] as const;

function stage(seed = 7, options: { capOvershootMs?: number; propagationMs?: number } = {}) {
  const clock = new HandClock(START);
  const world = createWorld({ seed, clock, startAt: START, ...options });
  return { clock, world };
}

function keyCalled(world: World, provider: ProviderId, name: string): WorldKey {
  const key = world.findKey(provider, name);
  if (key === undefined) throw new Error(`no ${provider} key ${name}`);
  return key;
}

function requestsIn(lines: readonly UsageLine[]): number {
  return lines.reduce((sum, line) => sum + line.requests, 0);
}

/** Figures of the lines by model and variant, so that two ways of asking can be compared. */
function figures(parts: readonly (readonly UsageLine[])[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const line of parts.flat()) {
    for (const [kind, count] of Object.entries({ ...line.tokens, requests: line.requests })) {
      const name = `${line.model} ${JSON.stringify(line.variant)} ${kind}`;
      sums[name] = (sums[name] ?? 0) + count;
    }
  }
  return sums;
}

describe('determinism', () => {
  it('gives the same company and the same figures for the same seed', () => {
    const [one, two] = [stage(5).world, stage(5).world];
    for (const provider of PROVIDERS) {
      expect(one.keysOf(provider)).toEqual(two.keysOf(provider));
      for (const key of one.sourcesOf(provider)) {
        const range = { keyId: key.id, from: START - 3 * DAY_MS, to: START };
        expect(one.usageBetween(range)).toEqual(two.usageBetween(range));
      }
    }
  });

  it('gives other figures for another seed', () => {
    const [one, two] = [stage(5).world, stage(6).world];
    const a = keyCalled(one, 'openai', 'prod-api');
    const b = keyCalled(two, 'openai', 'prod-api');
    const range = { from: START - DAY_MS, to: START };

    expect(a.id).not.toBe(b.id);
    expect(one.usageBetween({ keyId: a.id, ...range })).not.toEqual(two.usageBetween({ keyId: b.id, ...range }));
  });

  it('does not depend on the order in which minutes are asked for', () => {
    const [one, two] = [stage().world, stage().world];
    const { id } = keyCalled(one, 'anthropic', 'prod-assistant');
    const minutes = Array.from({ length: 300 }, (_, i) => START - i * MINUTE_MS);

    const backward = minutes.map((at) => one.usageOf(id, at));
    two.usageBetween({ keyId: id, from: START - DAY_MS, to: START + DAY_MS });
    const forward = minutes.toReversed().map((at) => two.usageOf(id, at));

    expect(backward.toReversed()).toEqual(forward);
  });

  it('adds up exactly however a range is cut, also within a minute', () => {
    const { world } = stage();
    for (const name of ['prod-assistant', 'long-docs', 'nightly-summaries', 'staging-ci']) {
      const keyId = keyCalled(world, 'anthropic', name).id;
      const [from, to] = [START - 31 * HOUR_MS + 17_250, START - 2 * HOUR_MS - 7_001];
      const cuts = [from, from + 999, from + 61_000, from + 3 * HOUR_MS + 1, from + 20 * HOUR_MS + 30_500, to];
      const parts = cuts.slice(1).map((cut, i) => world.usageBetween({ keyId, from: cuts[i] ?? from, to: cut }));

      expect(figures(parts)).toEqual(figures([world.usageBetween({ keyId, from, to })]));
    }
  });
});

describe('the company', () => {
  it('spends about $5,000 in the month before the story, mostly on a few large keys', () => {
    for (const seed of [1, 2, 3]) {
      const { world } = stage(seed);
      const bills = PROVIDERS.flatMap((provider) => world.sourcesOf(provider))
        .map((key) => world.truth.burnedMicroUsd({ keyId: key.id, from: START - 30 * DAY_MS, to: START }) / 1e6)
        .sort((a, b) => b - a);
      const total = bills.reduce((sum, bill) => sum + bill, 0);

      expect(total).toBeGreaterThan(4_500);
      expect(total).toBeLessThan(5_500);
      expect((bills[0] ?? 0) + (bills[1] ?? 0)).toBeGreaterThan(total / 3);
    }
  });

  it('has the odd keys a clean-up looks for', () => {
    const { world } = stage();
    const lastUsed = (provider: ProviderId, name: string): number | undefined =>
      world.lastUsedAt(keyCalled(world, provider, name).id, START);

    expect(lastUsed('openai', 'spare-prod')).toBeUndefined();
    expect(lastUsed('openai', 'old-prototype')).toBeLessThan(START - 60 * DAY_MS);
    expect(lastUsed('anthropic', 'pilot-2025')).toBeLessThan(START - 60 * DAY_MS);
    expect(lastUsed('openai', 'prod-api')).toBeGreaterThan(START - HOUR_MS);
    expect(keyCalled(world, 'anthropic', 'legacy-webhook').owner).toEqual({ type: 'none' });
    expect(keyCalled(world, 'anthropic', 'franks-scripts').owner).toMatchObject({
      person: { email: 'frank@acme.example', leftAt: expect.any(Number) },
    });
    expect(world.stateOf(keyCalled(world, 'anthropic', 'paused-crawler').id)).toBe('inactive');
    expect(world.stateOf(keyCalled(world, 'anthropic', 'first-steps').id)).toBe('archived');
    expect(world.stateOf(keyCalled(world, 'anthropic', 'conference-demo').id)).toBe('expired');
  });

  it('keeps the staging keys cheap: a usual busy hour costs cents, not dollars', () => {
    for (const provider of PROVIDERS) {
      const { world } = stage();
      const { id } = keyCalled(world, provider, 'staging-ci');
      const busy = hoursOf(world, id).filter((cost) => cost > 0);
      const usual = median(busy);

      expect(usual).toBeGreaterThan(0.02);
      expect(usual).toBeLessThan(0.6);
    }
  });

  it('runs the nightly batch between 02:00 and 03:30 UTC and never else', () => {
    const { world } = stage();
    const keyId = keyCalled(world, 'openai', 'nightly-batch').id;
    for (let day = START - 7 * DAY_MS; day < START; day += DAY_MS) {
      const inside = { keyId, from: day + 2 * HOUR_MS, to: day + 3.5 * HOUR_MS };

      expect(requestsIn(world.usageBetween(inside))).toBeGreaterThan(0);
      expect(world.usageBetween({ keyId, from: day, to: inside.from })).toEqual([]);
      expect(world.usageBetween({ keyId, from: inside.to, to: day + DAY_MS })).toEqual([]);
    }
    expect(world.usageBetween({ keyId, from: START - DAY_MS, to: START })[0]?.variant.batch).toBe(true);
  });

  it('has traffic as bursty as real keys: silent hours, heavy hours, and neighbours that resemble each other', () => {
    const { world } = stage(11);
    const series = PROVIDERS.flatMap((provider) => world.sourcesOf(provider))
      .map((key) => hoursOf(world, key.id))
      .filter((hours) => hours.some((cost) => cost > 0));
    const silent = series.map((hours) => hours.filter((cost) => cost === 0).length / hours.length);
    const peaks = series.filter((hours) => median(hours) > 0).map((hours) => quantile(hours, 0.99) / median(hours));
    const resemblance = series.map(lagOne);

    expect(median(silent)).toBeGreaterThan(0.15);
    expect(median(silent)).toBeLessThan(0.7);
    expect(Math.min(...silent)).toBeLessThan(0.05);
    expect(median(peaks)).toBeGreaterThan(3);
    expect(median(peaks)).toBeLessThan(70);
    expect(median(resemblance)).toBeGreaterThan(0.3);
    expect(median(resemblance)).toBeLessThan(0.95);
  });
});

describe('stops', () => {
  it('ends traffic at the next second after a suspension, and brings it back with a restore', () => {
    const { clock, world } = stage();
    const keyId = keyCalled(world, 'anthropic', 'prod-assistant').id;
    const before = figures([world.usageBetween({ keyId, from: START - DAY_MS, to: START })]);
    clock.set(START + 10 * HOUR_MS + 20_400);
    world.setKeyState(keyId, 'inactive');
    clock.set(START + 12 * HOUR_MS);
    world.setKeyState(keyId, 'active');
    const stop = START + 10 * HOUR_MS + 21_000;

    expect(requestsIn(world.usageBetween({ keyId, from: stop, to: START + 12 * HOUR_MS }))).toBe(0);
    expect(requestsIn(world.usageBetween({ keyId, from: stop - MINUTE_MS, to: stop }))).toBeGreaterThan(0);
    expect(
      requestsIn(world.usageBetween({ keyId, from: START + 12 * HOUR_MS, to: START + 14 * HOUR_MS })),
    ).toBeGreaterThan(0);
    expect(figures([world.usageBetween({ keyId, from: START - DAY_MS, to: START })])).toEqual(before);
    expect(world.stateOf(keyId, START + 11 * HOUR_MS)).toBe('inactive');
    expect(world.stateOf(keyId)).toBe('active');
  });

  it('waits for the propagation delay when one is set', () => {
    const { clock, world } = stage(7, { propagationMs: 10 * MINUTE_MS });
    const keyId = keyCalled(world, 'anthropic', 'prod-assistant').id;
    clock.set(START + HOUR_MS);
    world.setKeyState(keyId, 'inactive');

    const during = { keyId, from: START + HOUR_MS + 2_000, to: START + HOUR_MS + 10 * MINUTE_MS + 1_000 };
    expect(requestsIn(world.usageBetween(during))).toBeGreaterThan(0);
    expect(world.usageBetween({ keyId, from: during.to, to: START + 5 * HOUR_MS })).toEqual([]);
  });

  it('ends traffic at an expiry', () => {
    const { world } = stage();
    const keyId = keyCalled(world, 'openai', 'prod-api').id;
    world.expireKey(keyId, START + HOUR_MS);

    expect(requestsIn(world.usageBetween({ keyId, from: START, to: START + HOUR_MS }))).toBeGreaterThan(0);
    expect(world.usageBetween({ keyId, from: START + HOUR_MS, to: START + DAY_MS })).toEqual([]);
  });

  it('refuses traffic of the whole scope once its monthly cap is reached, until the cap is raised', () => {
    const { clock, world } = stage();
    const key = keyCalled(world, 'openai', 'prod-api');
    const month = Date.UTC(2026, 9, 1);
    const spent = spentIn(world, key.scopeId, { from: month, to: START });
    const cap = spent + 20_000_000;
    world.setCap(key.scopeId, cap);
    clock.set(START + 3 * DAY_MS);
    const total = spentIn(world, key.scopeId, { from: month, to: clock.now() });

    expect(total).toBeGreaterThanOrEqual(cap);
    expect(total).toBeLessThan(cap + 2_000_000);
    expect(world.capOf(key.scopeId)).toMatchObject({ microUsd: cap, blocking: true });
    expect(world.usageBetween({ keyId: key.id, from: clock.now() - HOUR_MS, to: clock.now() })).toEqual([]);

    world.setCap(key.scopeId, cap + 5_000_000_000);
    expect(world.capOf(key.scopeId)?.blocking).toBe(false);
    const next = { keyId: key.id, from: clock.now(), to: clock.now() + HOUR_MS };
    expect(requestsIn(world.usageBetween(next))).toBeGreaterThan(0);
    expect(world.usageBetween({ keyId: key.id, from: next.from - HOUR_MS, to: next.from })).toEqual([]);
  });

  it('lets a cap be overshot for a while when told so, and starts afresh with the month', () => {
    const sharp = stage();
    const slow = stage(7, { capOvershootMs: 30 * MINUTE_MS });
    const key = keyCalled(sharp.world, 'openai', 'prod-api');
    const range = { from: Date.UTC(2026, 9, 1), to: START + 2 * DAY_MS };
    for (const { world } of [sharp, slow]) {
      world.setCap(key.scopeId, spentIn(world, key.scopeId, { from: range.from, to: START }) + 5_000_000);
    }

    expect(spentIn(slow.world, key.scopeId, range)).toBeGreaterThan(spentIn(sharp.world, key.scopeId, range));
    const november = { keyId: key.id, from: Date.UTC(2026, 10, 1), to: Date.UTC(2026, 10, 1, 1) };
    expect(requestsIn(sharp.world.usageBetween(november))).toBeGreaterThan(0);
  });

  it('moves the traffic of a redeployed consumer to the new key', () => {
    const { clock, world } = stage();
    const old = keyCalled(world, 'openai', 'prod-api');
    const { id, createdAt } = world.createKey({ ...old, name: 'prod-api-2' });
    clock.advance(HOUR_MS);
    world.redeploy({ fromKeyId: old.id, toKeyId: id });
    const later = { from: clock.now(), to: clock.now() + HOUR_MS };

    expect(world.usageBetween({ keyId: old.id, ...later })).toEqual([]);
    expect(requestsIn(world.usageBetween({ keyId: id, ...later }))).toBeGreaterThan(0);
    expect(world.lastUsedAt(id, createdAt + HOUR_MS)).toBeUndefined();
    expect(world.lastUsedAt(id, later.to)).toBeGreaterThanOrEqual(later.from);
  });
});

describe('leak-weekend', () => {
  it.each(PROVIDERS)(
    'burns about 265 dollars an hour on staging-ci, and 12.7k in 48 hours when nobody stops it: %s',
    (provider) => {
      for (const seed of [1, 7, 42]) {
        const clock = new HandClock(START);
        const world = createWorld({ seed, clock, scenario: leakWeekend, leakProvider: provider });
        const leak = theLeak(world);
        const stolen = (from: number, to: number): number =>
          world.truth.stolenMicroUsd({ keyId: leak.keyId, from, to }) / 1e6;

        for (let from = leak.startedAt; from < leak.endsAt; from += 6 * HOUR_MS) {
          expect(stolen(from, from + HOUR_MS)).toBeGreaterThan(265 * 0.8);
          expect(stolen(from, from + HOUR_MS)).toBeLessThan(265 * 1.2);
        }
        expect(stolen(leak.startedAt, leak.endsAt) / (265 * 48)).toBeGreaterThan(0.93);
        expect(stolen(leak.startedAt, leak.endsAt) / (265 * 48)).toBeLessThan(1.07);
        expect(stolen(leak.endsAt, leak.endsAt + DAY_MS)).toBe(0);
      }
    },
  );

  it('begins on Saturday at 02:10 with a model the key never used, after one tiny request at 02:09', () => {
    const world = createWorld({ seed: 3, clock: new HandClock(START), scenario: leakWeekend, leakProvider: 'openai' });
    const leak = theLeak(world);
    const models = (from: number, to: number): string[] =>
      world.usageBetween({ keyId: leak.keyId, from, to }).map((line) => line.model);
    const probe = world.usageOf(leak.keyId, START + 129 * MINUTE_MS).find((line) => line.model === leak.model);

    expect(new Date(START).toUTCString()).toMatch(/^Sat, .* 00:00:00 GMT$/);
    expect(models(START - 60 * DAY_MS, START + 129 * MINUTE_MS)).not.toContain(leak.model);
    expect(probe).toMatchObject({ requests: 1, tokens: { output: 8 } });
    expect(models(START + 130 * MINUTE_MS, START + 131 * MINUTE_MS)).toContain(leak.model);
  });

  it('stops when the key is stopped', () => {
    const clock = new HandClock(START);
    const world = createWorld({ seed: 3, clock, scenario: leakWeekend });
    const leak = theLeak(world);
    clock.set(leak.startedAt + 15 * MINUTE_MS);
    world.setKeyState(leak.keyId, 'inactive');
    const view = world.keys().find(({ key }) => key.id === leak.keyId);

    expect(world.truth.stolenMicroUsd({ keyId: leak.keyId, from: START, to: leak.endsAt })).toBeLessThan(90_000_000);
    expect(view).toMatchObject({ state: 'inactive', scope: { name: 'Staging' } });
    expect(view?.stolenMicroUsd).toBeGreaterThan(50_000_000);
  });

  it('has no theft in the quiet month', () => {
    const world = createWorld({ seed: 3, clock: new HandClock(quietMonth.startAt), scenario: quietMonth });
    expect(world.leaks).toEqual([]);
    expect(quietMonth.endsAt - quietMonth.startAt).toBe(30 * DAY_MS);
  });
});

function theLeak(world: World) {
  const leak = world.leaks[0];
  if (leak === undefined) throw new Error('the scenario has no leak');
  return leak;
}

function spentIn(world: World, scopeId: string, range: { from: number; to: number }): number {
  return PROVIDERS.flatMap((provider) => world.keysOf(provider))
    .filter((key) => key.scopeId === scopeId)
    .reduce((sum, key) => sum + world.truth.burnedMicroUsd({ keyId: key.id, ...range }), 0);
}

/** Dollars by the hour over the month before the story. */
function hoursOf(world: World, keyId: string): number[] {
  return Array.from({ length: 720 }, (_, i) => {
    const from = START - (720 - i) * HOUR_MS;
    return world.truth.burnedMicroUsd({ keyId, from, to: from + HOUR_MS }) / 1e6;
  });
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function lagOne(values: readonly number[]): number {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const square = values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  const product = values.slice(1).reduce((sum, x, i) => sum + (x - mean) * ((values[i] ?? 0) - mean), 0);
  return product / square;
}
