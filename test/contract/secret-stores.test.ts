import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { Secret } from '../../src/domain/secret.ts';
import { type Bench, CASES, openCase, TOKEN } from '../support/secret-stores/cases.ts';
import type { Answer, Fault } from '../support/secret-stores/service.ts';

const CANARY = 'vAlUeCaNaRy9876543210';
const FIRST = new Secret(`sk-first-${CANARY}`);
const SECOND = new Secret(`sk-second-${CANARY}`);

let open: Bench | undefined;
afterEach(async () => {
  await open?.service.close();
  open = undefined;
});

describe.each(CASES)('$kind', (one) => {
  const bench = async () => {
    open = await openCase(one);
    return open;
  };
  const { reference } = one;

  test('a value is written where there was none, read back, replaced, and what lies beside it stays', async () => {
    const { store, held } = await bench();
    const beside = held.beside?.();

    expect(await store.readCurrent(reference)).toBeNull();
    const first = await store.write(reference, FIRST, { expected: null });
    expect(held.value()).toBe(FIRST.reveal());
    const seen = await store.readCurrent(reference);
    expect(seen?.version).toBe(first.version);
    if (store.capabilities.readBack === 'value') expect(seen?.value?.reveal()).toBe(FIRST.reveal());
    const second = await store.write(reference, SECOND, { expected: first.version });

    expect(held.value()).toBe(SECOND.reveal());
    expect(second.version).not.toBe(first.version);
    expect(held.beside?.()).toBe(beside);
    if (store.restore === undefined) return;
    const back = await store.restore(reference, first.version);
    expect(held.value()).toBe(FIRST.reveal());
    expect((await store.readCurrent(reference))?.version).toBe(back.version);
    await expect(store.restore(reference, '999')).rejects.toMatchObject({ code: 'store_rejected' });
  });

  test('of two writers who saw the same, the second is refused and overwrites nothing', async () => {
    const { store, held } = await bench();
    const { version } = await store.write(reference, FIRST, { expected: null });
    held.change('sk-of-somebody-else');

    for (const expected of [version, null]) {
      await expect(store.write(reference, SECOND, { expected })).rejects.toMatchObject({ code: 'conflict' });
    }
    expect(held.value()).toBe('sk-of-somebody-else');
  });

  test('a write whose answer is lost may have happened, and a look shows that it has', async () => {
    const { store, held, service } = await bench();
    service.fail('write', 'lost');

    const error = await caught(store.write(reference, FIRST, { expected: null }));

    expect(error).toMatchObject({ code: 'store_outcome_unknown' });
    expect(service.met()).toBe(1);
    expect(held.value()).toBe(FIRST.reveal());
    expect(await store.readCurrent(reference)).not.toBeNull();
  });

  test('access is looked at without changing anything, and by hand the value is on no line', async () => {
    const { store, held, service } = await bench();
    service.fail('write', refusal(500));

    expect(await store.checkAccess(reference)).toMatchObject({ isStored: false });
    expect(service.met()).toBe(0);
    held.change(FIRST.reveal());
    expect(await store.checkAccess(reference)).toMatchObject({ isStored: true });
    service.fail('read', refusal(403));
    await expect(store.checkAccess(reference)).rejects.toMatchObject({ code: 'store_rejected' });
    expect(store.byHand(reference).join('\n')).toContain(reference.split('#')[1]);
  });

  const after = { 'retry-after': '7' };
  test.each<[string, Fault, string, string, number | undefined]>([
    ['401', refusal(401), 'store_rejected', 'store_rejected', undefined],
    ['403', refusal(403), 'store_rejected', 'store_rejected', undefined],
    ['429 with Retry-After', { ...refusal(429), headers: after }, 'store_unavailable', 'store_unavailable', 7000],
    ['500', refusal(500), 'store_unavailable', 'store_outcome_unknown', undefined],
    ['503 with Retry-After', { ...refusal(503), headers: after }, 'store_unavailable', 'store_outcome_unknown', 7000],
    ['no answer in time', 'hangs', 'store_unavailable', 'store_outcome_unknown', undefined],
  ])('%s: one request, the right kind of error, no secret in it', async (_, fault, onRead, onWrite, retryAfterMs) => {
    const { store, service } = await bench();

    service.fail('write', fault);
    const written = await caught(store.write(reference, FIRST, { expected: null }));
    expect([written.code, written.retryAfterMs, service.met()]).toEqual([onWrite, retryAfterMs, 1]);
    service.fail('read', fault);
    const read = await caught(store.readCurrent(reference));
    expect([read.code, read.retryAfterMs, service.met()]).toEqual([onRead, retryAfterMs, 1]);
  });

  test('an answer that comes late, before the time-out, is waited for: one request, and the value is there', async () => {
    const { store, held, service } = await bench();
    service.fail('write', 'slow');
    await store.write(reference, FIRST, { expected: null });
    expect([service.met(), held.value()]).toEqual([1, FIRST.reveal()]);

    service.fail('read', 'slow');
    expect(await store.readCurrent(reference)).not.toBeNull();
  });

  test('a page of a proxy in place of an answer is no secret, and ends no process', async () => {
    const { store, service } = await bench();
    service.fail('read', 'not-json');

    expect(await caught(store.readCurrent(reference))).toMatchObject({ code: 'store_unavailable' });
  });
});

/** Says back what it was sent, as services do in the texts of their errors. */
function refusal(status: number): Answer {
  const text = `bad value ${FIRST.reveal()} for ${TOKEN}`;
  return {
    status,
    body: { error: { message: text, code: text }, message: text, errors: [text], __type: 'SomeException' },
  };
}

async function caught(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw new Error(`expected an AppError, got ${inspect(error)}`);
  const shown = [
    inspect(error, { depth: 9, showHidden: true }),
    error.stack,
    error.message,
    error.publicMessage,
  ].join();
  expect(shown).not.toContain(CANARY);
  expect(shown).not.toContain(TOKEN);
  return error;
}
