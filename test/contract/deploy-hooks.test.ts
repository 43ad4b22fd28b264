import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import type { DeployRun } from '../../src/ports/deploy-hook.ts';
import { present } from '../support/bench-deps.ts';
import { CASES } from './hooks/cases.ts';
import { CANARY, IMPATIENT_MS, openPlace, type Place, REQUEST, type Reply } from './hooks/service.ts';

const REFUSALS: readonly (readonly [name: string, reply: Reply])[] = [
  ['401', { status: 401 }],
  ['403', { status: 403 }],
  ['404', { status: 404 }],
  ['409', { status: 409 }],
  ['422', { status: 422 }],
  ['a redirect to another host', { status: 307, headers: { location: 'http://127.0.0.2:1/elsewhere' } }],
];
const LATER: readonly (readonly [name: string, reply: Reply])[] = [
  ['429', { status: 429, headers: { 'retry-after': '7' } }],
  ['a 403 that asks to wait', { status: 403, headers: { 'retry-after': '7' } }],
];
const SILENCES = [
  ['500', { status: 500 }],
  ['503 as a page', { status: 503, text: '<html>down</html>' }],
  ['no answer in time', 'hang'],
  ['a connection that is cut', 'cut'],
] as const;

describe.each(CASES)('%s', (_, hookCase) => {
  const { busy, finds } = hookCase;

  test('is followed from the trigger until it has ended, and is started once', async () => {
    const place = await openPlace(hookCase);
    const run = await place.hook.trigger(REQUEST);
    expect([run.state, run.problem === null || run.state === 'running']).toEqual(['running', true]);
    expect((await step(place, run)).state).toBe('running');

    place.service.end('succeeded');
    expect(await toEnd(place, run)).toMatchObject({ state: 'succeeded', problem: null });
    expect(place.service.started()).toBe(1);
    expectNothingShown(place, run);
  });

  test('answers that come late, before the time-out, are waited for, and it is started once', async () => {
    const place = await openPlace(hookCase);
    place.fault({ on: 'write', reply: 'slow' });
    const run = await place.hook.trigger(REQUEST);
    place.fault({ on: 'read', reply: 'slow' });
    place.service.end('succeeded');

    expect((await toEnd(place, run)).state).toBe('succeeded');
    expect(place.service.started()).toBe(1);
  });

  test.each(['failed', 'cancelled'] as const)('a run that %s is told as failed, with why', async (outcome) => {
    const place = await openPlace(hookCase);
    const run = await place.hook.trigger(REQUEST);
    place.service.end(outcome);

    const ended = await toEnd(place, run);
    expect(ended.state).toBe('failed');
    expect(ended.problem).toMatch(/\w/);
  });

  test.each(REFUSALS)(
    'a trigger that meets %s started nothing, and a person is told what to do by hand',
    async (name, reply) => {
      const place = await openPlace(hookCase);
      place.fault({ on: 'write', reply });
      const error = await failure(place, place.hook.trigger(REQUEST));

      const isBusy = busy.includes(Number(name));
      expect(error.code).toBe(isBusy ? 'hook_unavailable' : 'hook_rejected');
      if (!isBusy) expect(error.publicMessage).toContain(`By hand: ${place.hook.byHand[0]}`);
      expect(place.service.started()).toBe(0);
    },
  );

  test.each(LATER)('a trigger that meets %s may be tried again after the time asked for', async (_name, reply) => {
    const place = await openPlace(hookCase);
    place.fault({ on: 'write', reply });

    expect(await failure(place, place.hook.trigger(REQUEST))).toMatchObject({
      code: 'hook_unavailable',
      retryAfterMs: 7_000,
    });
  });

  test.each(SILENCES)('a trigger that meets %s may have started something', async (_name, reply) => {
    const place = await openPlace(hookCase, reply === 'hang' ? IMPATIENT_MS : undefined);
    place.fault({ on: 'write', reply });
    const error = await failure(place, place.hook.trigger(REQUEST));

    expect(error.code).toBe('hook_outcome_unknown');
    expect(error.publicMessage).toContain('Look before you start another one');
  });

  test('a trigger whose answer was lost is found again and never repeated', async () => {
    const place = await openPlace(hookCase);
    expect((await place.hook.find?.(REQUEST)) ?? null).toBeNull();
    place.fault({ on: 'write', reply: 'lost' });
    expect((await failure(place, place.hook.trigger(REQUEST))).code).toBe('hook_outcome_unknown');
    expect(place.service.started()).toBe(1);

    expect(place.hook.find === undefined).toBe(finds === 'never');
    if (place.hook.find === undefined) return;
    const found = present(await place.hook.find(REQUEST));
    place.service.end('succeeded');
    expect((await toEnd(place, found)).state).toBe('succeeded');
    if (finds === 'id') await toEnd(place, await place.hook.trigger(REQUEST));
    expect(place.service.started()).toBe(1);
  });

  test.runIf(finds === 'time')('several runs that could be it are said, not guessed', async () => {
    const place = await openPlace(hookCase);
    place.fault({ on: 'write', reply: 'lost' });
    await failure(place, place.hook.trigger(REQUEST));
    place.service.strangers?.();

    const error = await failure(place, present(place.hook.find)(REQUEST));
    expect(error.code).toBe('hook_outcome_unknown');
    expect(error.publicMessage).toContain('2 runs that could be this deployment');
  });

  test.each([
    ...REFUSALS.filter(([name]) => name !== '409').map(([name, reply]) => [name, reply, 'hook_rejected'] as const),
    ...LATER.map(([name, reply]) => [name, reply, 'hook_unavailable'] as const),
    ...SILENCES.map(([name, reply]) => [name, reply, 'hook_unavailable'] as const),
    ['a web page instead of an answer', { status: 200, text: `<html>${CANARY}</html>` }, 'hook_unavailable'] as const,
    ['an answer of another shape', { status: 200, json: { value: CANARY } }, 'hook_unavailable'] as const,
  ])('following that meets %s says so and forgets nothing', async (_name, reply, code) => {
    const place = await openPlace(hookCase, reply === 'hang' ? IMPATIENT_MS : undefined);
    const run = await place.hook.trigger(REQUEST);
    place.fault({ on: 'read', reply });

    expect((await failure(place, follow(place, run))).code).toBe(code);
    place.service.end('succeeded');
    expect((await toEnd(place, run)).state).toBe('succeeded');
  });

  test('its access is looked at without starting anything, and what is wrong is said', async () => {
    const place = await openPlace(hookCase);
    await place.hook.checkAccess();
    expect(place.service.started()).toBe(0);
    expect(place.requests.length).toBeGreaterThan(0);

    await place.close();
    const error = await failure(place, place.hook.checkAccess());
    expect(error.publicMessage).toContain('cannot be reached (');
    expect((await failure(place, place.hook.trigger(REQUEST))).code).toBe('hook_unavailable');
  });

  test('a cancelled call ends at once', async () => {
    const place = await openPlace(hookCase);
    place.fault({ on: 'read', reply: 'hang' });
    const error = await failure(place, place.hook.checkAccess(AbortSignal.abort()));
    expect(error.code).toMatch(/^hook_/);
  });
});

async function follow(place: Place, { ref }: DeployRun): Promise<DeployRun> {
  return present(place.hook.follow)(present(ref));
}

async function step(place: Place, run: DeployRun): Promise<DeployRun> {
  const next = await follow(place, run);
  expectNothingShown(place, next);
  return next;
}

/** At most as many looks as any of the services needs. */
async function toEnd(place: Place, run: DeployRun): Promise<DeployRun> {
  let now = run;
  for (let looks = 0; looks < 6 && now.state === 'running'; looks += 1) now = await step(place, now);
  return now;
}

async function failure(place: Place, work: Promise<unknown>): Promise<AppError> {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof AppError)) throw new Error(`no AppError but ${inspect(thrown)}`);
  expectNothingShown(place, thrown, thrown.publicMessage, JSON.stringify(thrown));
  return thrown;
}

/** No part of a credential, wherever somebody may print what they have. */
function expectNothingShown({ hook, log }: Place, ...shown: readonly unknown[]): void {
  const all = inspect([...shown, hook, log], { depth: 20, showHidden: true });
  expect(all).not.toContain(CANARY);
}
