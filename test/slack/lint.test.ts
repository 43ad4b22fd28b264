import type { View } from '@slack/types';
import { describe, expect, test } from 'vitest';
import { executeAction } from '../../src/services/actions/execute-action.ts';
import { encodeButton } from '../../src/slack/button-value.ts';
import { present } from '../support/bench-deps.ts';
import { fakeKey } from '../support/fake-provider.ts';
import { type CommandBench, openCommandBench, PERSON, RESPONDER } from './support/command-bench.ts';
import { expectMessage, expectView, seen, seenView } from './support/golden.ts';

async function lintBench(extras: readonly 'renameKey'[] = ['renameKey']): Promise<CommandBench> {
  const bench = openCommandBench({ extras });
  bench.provider.put(
    fakeKey('key_1', { label: 'prod-api', createdAt: 0 }),
    fakeKey('key_2', { label: 'Test <!channel> Key', createdAt: 0 }),
    fakeKey('key_3', { label: 'dev-web', createdAt: 0, scopeId: 'ws_2' }),
    fakeKey('boss', { kind: 'admin', scopeId: null }),
  );
  await bench.sync();
  for (const id of ['key_1', 'key_3']) {
    const lineage = await bench.lineageOf(id);
    await bench.store.write((tx) => tx.lineages.update({ ...lineage, ownerSlackId: PERSON }));
  }
  return bench;
}

async function buttonFor(bench: CommandBench, id: string): Promise<string> {
  const { id: keyId, generation } = await bench.keyOf(id);
  return encodeButton({ alertId: null, keyId, generation });
}

describe('/keys lint', () => {
  test('tells what policy has against each key, with the button that mends it', async () => {
    const bench = await lintBench();

    const list = present(await bench.run('lint'));

    await expectMessage('lint-list', list);
    expect(seen(list)).not.toContain('dev-web');
    expect(seen(present(await bench.run('show prod-api')))).toContain('Against policy');
  });

  test('assigns an owner in the modal of edit', async () => {
    const bench = await lintBench();

    await bench.click('lint_assign', await buttonFor(bench, 'key_2'), RESPONDER);

    expect(bench.views.at(-1)).toMatchObject({ callback_id: 'key_edit' });
  });
});

describe('a new name', () => {
  test('holds at once here, and at the provider as soon as it takes it', async () => {
    const bench = await lintBench();
    await bench.click('lint_rename', await buttonFor(bench, 'key_2'), RESPONDER);
    await expectView('lint-rename', present(bench.views.at(-1)));

    expect(await bench.submit({ name: 'Prod API' })).toEqual({ name: expect.stringContaining('small letters') });
    expect(await bench.submit({ name: 'whatever' })).toEqual({ name: expect.stringContaining('<env>-<workload>') });
    const last = (await bench.submit({ name: 'staging-search' })) as View;

    expect(seenView(last)).toContain('is called staging-search now');
    expect((await bench.lineageOf('key_2')).slug).toBe('staging-search');
    const [action] = await bench.store.read.actions.due(bench.clock.now());
    await executeAction(bench.deps, present(action).id);
    expect(bench.provider.effects).toEqual(['renameKey key_2 staging-search']);
    expect((await bench.keyOf('key_2')).label).toBe('staging-search');
    expect(bench.audit().map(({ verb }) => verb)).toEqual(
      expect.arrayContaining(['lineage.renamed', 'key.rename.requested', 'key.rename.verified']),
    );
    expect(await bench.store.read.actions.unfinished()).toEqual([]);
  });

  test('is never one that is taken, and never over what somebody else has changed meanwhile', async () => {
    const bench = await lintBench([]);
    await bench.click('lint_rename', await buttonFor(bench, 'key_2'), RESPONDER);
    expect(seenView(present(bench.views.at(-1)))).toContain('cannot rename it from here');
    const modal = present(bench.views.at(-1));
    await expect(bench.submit({ name: 'dev-web' })).rejects.toThrow();

    const lineage = await bench.lineageOf('key_2');
    await bench.store.write((tx) => tx.lineages.update({ ...lineage, revision: lineage.revision + 1 }));
    bench.views.push(modal);
    await expect(bench.submit({ name: 'staging-search' })).rejects.toMatchObject({ code: 'conflict' });
    expect(await bench.store.read.actions.unfinished()).toEqual([]);
  });

  test('is for those who may classify', async () => {
    const bench = await lintBench();

    await bench.click('lint_rename', await buttonFor(bench, 'key_1'), PERSON);

    expect(seenView(present(bench.views.at(-1)))).toContain('Nothing was done');
  });
});

test('a split is a plan with one place for each key, and begins the rotations that are chosen', async () => {
  const bench = await lintBench();
  await bench.click('lint_split', await buttonFor(bench, 'key_1'), RESPONDER);
  await expectView('lint-split', present(bench.views.at(-1)));

  const { id } = await bench.keyOf('key_2');
  const last = (await bench.submit({ reason: 'own cap' }, RESPONDER, { keys: [id] })) as View;

  expect(seenView(last)).toContain('its rotation has begun');
  expect(await bench.store.read.rotations.allOpen()).toHaveLength(1);
});
