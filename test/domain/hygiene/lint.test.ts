import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { zoneCalendar } from '../../../src/domain/calendar.ts';
import { type LintSubject, lintOf, suggestName } from '../../../src/domain/hygiene/lint.ts';
import { type HourUse, partWords, sharedTraffic } from '../../../src/domain/hygiene/shared-traffic.ts';
import { splitPlan } from '../../../src/domain/hygiene/split-plan.ts';
import { slugFor } from '../../../src/domain/key.ts';
import { compileNaming, type NamedParts } from '../../../src/domain/naming.ts';

const PATTERN = '<env>-<workload>[-<person>]';
const POLICY = { pattern: PATTERN, requireOwner: true, exempt: [] };

function subject(fields: Partial<LintSubject> = {}): LintSubject {
  return {
    slug: 'prod-api',
    label: 'prod-api',
    scopeName: 'Default',
    environment: 'production',
    hasOwner: true,
    canOwnerAct: true,
    consumers: [],
    neighbours: 0,
    shared: [],
    ...fields,
  };
}

describe('a pattern of names', () => {
  test.each([
    ['prod-api', { env: 'prod', workload: 'api' }],
    ['staging-search-index-ana', { env: 'staging', workload: 'search-index', person: 'ana' }],
    ['Dev-Web', { env: 'dev', workload: 'web' }],
    ['api-prod', null],
    ['prod', null],
    ['prod-', null],
    ['prod-api prod', null],
    ['', null],
  ])('reads %j', (name, expected) => {
    const parts: NamedParts | null = compileNaming(PATTERN)?.parse(name) ?? null;
    const wanted: NamedParts | null = expected;

    if (wanted === null) expect(parts).toBeNull();
    else {
      expect(parts?.env).toBe(wanted.env);
      // Which word is the person nobody can tell; together they are the whole name.
      expect([parts?.workload, parts?.person].filter(Boolean).join('-')).toBe(
        [wanted.workload, wanted.person].filter(Boolean).join('-'),
      );
    }
  });

  test.each([
    '',
    '<env>',
    '<workload>',
    '<env>-<env>-<workload>',
    '<env>[-<workload>',
    '<env>-<workload>]',
    '<env>-<what>-<workload>',
    '<env>-[x]<workload>',
    '[<env>]-<workload>',
    '<env> <workload>',
    '<env>-<workload>[[-<person>]]',
  ])('%j is none', (pattern) => {
    expect(compileNaming(pattern)).toBeNull();
  });

  test('can put the workload first, and want a team', () => {
    const naming = compileNaming('<team>/<workload>.<env>');

    expect(naming?.parse('core/search-api.prod')).toMatchObject({ team: 'core', workload: 'search-api', env: 'prod' });
    expect(naming?.make({ env: 'dev', workload: 'web' })).toBeNull();
    expect(naming?.make({ env: 'dev', workload: 'web', team: 'core' })).toBe('core/web.dev');
  });

  test('is quick with hostile names', () => {
    const naming = compileNaming(PATTERN);

    expect(naming?.parse(`prod-${'a-'.repeat(20_000)}!`)).toBeNull();
  });
});

describe('lint finds', () => {
  test.each<[string, Partial<LintSubject>, readonly string[]]>([
    ['nothing on a key that is as policy wants it', {}, []],
    ['that nobody owns it', { hasOwner: false }, ['owner assign']],
    ['an owner who is a guest now', { canOwnerAct: false }, ['owner assign']],
    ['a name of another form', { slug: 'my-key' }, ['name rename']],
    ['an environment that its name contradicts', { environment: 'staging' }, ['environment edit']],
    ['an environment that its name knows', { environment: 'unknown' }, ['environment edit']],
    ['two environments', { slug: 'prod-staging-api' }, []],
    ['two environments in a name of no form', { slug: 'api-prod-staging' }, ['environment rename', 'name rename']],
    ['no environment at all', { slug: 'key', environment: 'unknown' }, ['environment edit', 'name rename']],
    ['neighbours', { neighbours: 1 }, ['scope split']],
    ['no neighbours where there is no place', { neighbours: null }, []],
    ['two workloads', { shared: ['gpt by day', 'embedding by night'] }, ['workload split']],
  ])('%s', (_, given, expected) => {
    expect(lintOf(subject(given), POLICY).map(({ kind, fix }) => `${kind} ${fix}`)).toEqual(expected);
  });

  test('no name and no owner where policy does not ask for them', () => {
    const policy = { ...POLICY, requireOwner: false, exempt: [/^legacy-/] };

    expect(lintOf(subject({ slug: 'legacy-1', hasOwner: false }), policy)).toEqual([]);
  });
});

describe('a suggested name', () => {
  test.each<[Partial<LintSubject>, string | null]>([
    [{ slug: 'api-key-prod' }, 'prod-api'],
    [{ slug: 'my-search', environment: 'staging' }, 'staging-my-search'],
    [{ slug: 'key', label: 'Key', scopeName: 'Checkout', environment: 'development' }, 'dev-checkout'],
    [{ slug: 'key', label: 'key', scopeName: null }, 'prod-main'],
    [{ slug: 'taken-prod' }, 'prod-taken2'],
    [{ slug: 'x', label: 'x', environment: 'unknown' }, null],
    [{ slug: 'x', label: 'x', environment: 'unknown', scopeName: 'Staging' }, 'staging-x'],
  ])('%j is %s', (given, expected) => {
    expect(suggestName(subject(given), POLICY, (name) => name === 'prod-taken')).toBe(expected);
  });

  test('always fits the pattern, is a name that people can type, and is never taken', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.constantFrom('production', 'staging', 'unknown'),
        (label, scope, env) => {
          const slug = slugFor(label, () => false);
          const environment = env as 'production';
          const taken = new Set(['prod-main', `prod-${slug}`, `staging-${slug}`]);
          const name = suggestName(subject({ slug, label, scopeName: scope, environment }), POLICY, (one) =>
            taken.has(one),
          );
          if (name === null) return;
          expect(compileNaming(PATTERN)?.parse(name)).not.toBeNull();
          expect(slugFor(name, () => false)).toBe(name);
          expect(name === slug || !taken.has(name)).toBe(true);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

describe('two workloads on one key', () => {
  const START = Date.UTC(2026, 8, 7);
  const HOUR = 3_600_000;
  const calendar = zoneCalendar('UTC');

  /** What `volumeAt` says for each hour of four weeks from a Monday. */
  function fourWeeks(what: string, volumeAt: (hour: number, day: number) => number): HourUse[] {
    return Array.from({ length: 28 * 24 }, (_, index) => {
      const volume = volumeAt(index % 24, Math.floor(index / 24));
      return { startAt: START + index * HOUR, what, volume };
    });
  }

  const isWorkday = (day: number) => day % 7 < 5;
  const office = (hour: number, day: number) => (isWorkday(day) && hour >= 9 && hour < 18 ? 100 : 0);
  const night = (hour: number) => (hour >= 1 && hour < 5 ? 200 : 0);
  const always = () => 30;
  const flat = (share: number) => (hour: number, day: number) => office(hour, day) + share;

  test.each<[string, HourUse[], boolean]>([
    ['an office and a night job of other models', [...fourWeeks('gpt-x', office), ...fourWeeks('embed', night)], true],
    [
      'a night job that goes over midnight',
      [...fourWeeks('gpt-x', office), ...fourWeeks('embed', (hour) => (hour >= 22 || hour < 3 ? 50 : 0))],
      true,
    ],
    ['the same model by day and by night', [...fourWeeks('gpt-x', (h, d) => office(h, d) + night(h))], false],
    ['two models in the same hours', [...fourWeeks('gpt-x', office), ...fourWeeks('gpt-mini', office)], false],
    ['one of them around the clock', [...fourWeeks('gpt-x', office), ...fourWeeks('embed', always)], false],
    ['a day model with a floor at night', [...fourWeeks('gpt-x', flat(10)), ...fourWeeks('embed', night)], false],
    [
      'a third that is everywhere',
      [...fourWeeks('gpt-x', office), ...fourWeeks('embed', night), ...fourWeeks('moderate', always)],
      false,
    ],
    ['some tests on the side', [...fourWeeks('gpt-x', office), ...fourWeeks('embed', (h) => (h === 2 ? 1 : 0))], false],
    [
      'a night job once a week',
      [...fourWeeks('gpt-x', office), ...fourWeeks('embed', (h, d) => (d % 7 === 6 ? 5 * night(h) : 0))],
      false,
    ],
    [
      'a change from one model to the other',
      [
        ...fourWeeks('gpt-x', (h, d) => (d < 14 ? office(h, d) : 0)),
        ...fourWeeks('gpt-y', (h, d) => (d >= 14 ? night(h) : 0)),
      ],
      false,
    ],
    [
      'hours that touch',
      [...fourWeeks('gpt-x', office), ...fourWeeks('embed', (h) => (h >= 16 && h < 22 ? 50 : 0))],
      false,
    ],
    ['nothing at all', [], false],
  ])('%s', (_, uses, isShared) => {
    expect(sharedTraffic(uses, calendar) !== null).toBe(isShared);
  });

  test('are told in words, in the hours of the zone', () => {
    const uses = [...fourWeeks('gpt-x', office), ...fourWeeks('embed', night)];

    expect(sharedTraffic(uses, calendar)?.map(partWords)).toEqual([
      'embed only from 1:00 to 5:00',
      'gpt-x only from 9:00 to 18:00 on weekdays',
    ]);
    expect(sharedTraffic(uses, zoneCalendar('Asia/Kolkata'))?.map(partWords)[0]).toMatch(
      /embed only from 6:00 to 10:00/,
    );
  });

  test('are not seen in any one rhythm of all models together', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(50), { minLength: 24, maxLength: 24 }),
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        (hours, share) => {
          const uses = [
            ...fourWeeks('a', (hour) => hours[hour] ?? 0),
            ...fourWeeks('b', (hour) => (hours[hour] ?? 0) * share),
          ];
          expect(sharedTraffic(uses, calendar)).toBeNull();
        },
      ),
      { numRuns: 100 },
    );
  });
});

test('a plan leaves the dearest where it is and moves each other key into a place of its own', () => {
  const key = (slug: string, last30dMicroUsd: number) => ({
    keyId: slug,
    slug,
    environment: 'staging' as const,
    consumers: [],
    last30dMicroUsd,
    capMicroUsd: null,
  });

  const plan = splitPlan([key('dev-b', 5), key('prod-a', 9), key('dev-c', 5)]);

  expect(plan.stays?.slug).toBe('prod-a');
  expect(plan.moves.map(({ place }) => place)).toEqual(['dev-b', 'dev-c']);
  expect(splitPlan([key('prod-a', 1)], ['by day', 'by night']).parts).toEqual(['by day', 'by night']);
});
