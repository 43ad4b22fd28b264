import { expect, test } from 'vitest';
import { withStep } from '../../../src/domain/rotation.ts';
import type { StepEvidence } from '../../../src/domain/rotation-evidence.ts';
import type { Provider } from '../../../src/ports/provider.ts';
import { couldAutomate } from '../../../src/services/campaigns/could-automate.ts';
import { runCampaigns } from '../../../src/services/campaigns/run-campaigns.ts';
import { addConsumers } from '../../../src/services/rotation/consumers.ts';
import { present } from '../../support/bench-deps.ts';
import { openFleet, runUntil, TURN } from './support.ts';

const KEYLESS = { title: 'Workload identity', url: 'https://example.com/identity', why: 'It ends by itself.' };
const WORD = { proof: 'word', store: null, reference: null, version: null, formerVersion: null, fingerprint: null };
const KEPT = { ...WORD, proof: 'version', store: 'vault', reference: 'apps/prod' };

/** Finished rotations: how the key was made, where it was stored, and what rolled it out. */
async function walked(ways: readonly { how: 'made' | 'found'; isKept: boolean; hooks: readonly (string | null)[] }[]) {
  const bench = await openFleet({ keys: ways.length });
  await runUntil(bench, TURN);
  await runCampaigns(bench.deps);
  const rotations = await bench.store.read.rotations.allOpen();
  const done = [];
  for (const [index, { how, isKept, hooks }] of ways.entries()) {
    const rotation = present(rotations[index]);
    const seats = hooks.map((hook, seat) => ({ consumer: `app-${seat}`, hook }));
    await bench.store.write((tx) => addConsumers({ deps: bench.deps, tx }, rotation, seats));
    const by = 'slack:T1/U0ANA';
    const complete = (step: 'generate' | 'store' | 'redeploy', evidence: unknown) =>
      ({ step, event: 'complete', by, at: TURN, reason: null, evidence: evidence as StepEvidence }) as const;
    const generated = withStep(rotation, complete('generate', { proof: 'shown', how, providerKeyId: 'new' }));
    const stored = withStep(generated, complete('store', isKept ? KEPT : WORD));
    const rolled = withStep(stored, complete('redeploy', { proof: 'word', consumers: hooks.length, byHook: 0 }));
    const member = present((await bench.store.read.campaigns.members(present(rotation.campaignId)))[index]);
    done.push({ member: { ...member, slug: `prod-${index}` }, rotation: rolled });
  }
  return { bench, done };
}

test('what people did by hand is named with what would do it: our making, a store, a hook, no key at all', async () => {
  const { bench, done } = await walked([
    { how: 'made', isKept: true, hooks: ['web'] },
    { how: 'found', isKept: true, hooks: ['web'] },
    { how: 'made', isKept: false, hooks: ['web', null] },
    { how: 'made', isKept: true, hooks: [] },
  ]);
  const [connectionId, provider] = present([...bench.deps.providers][0]);
  const able: Provider = { ...provider, keyless: KEYLESS, capabilities: { ...provider.capabilities, create: 'any' } };
  const providers = new Map([[connectionId, able]]);
  const { title, url } = KEYLESS;

  expect(await couldAutomate({ deps: { providers }, tx: bench.store.read }, done)).toEqual({
    couldAutomate: ['prod-1'],
    withoutStore: ['prod-2'],
    withoutHook: ['prod-2', 'prod-3'],
    keyless: [{ title, url, slugs: ['prod-1'] }],
  });
});

test('a provider that makes no keys and knows no way without one leaves nothing to propose', async () => {
  const { bench, done } = await walked([{ how: 'found', isKept: true, hooks: ['web'] }]);

  expect(await couldAutomate({ deps: bench.deps, tx: bench.store.read }, done)).toEqual({
    couldAutomate: [],
    withoutStore: [],
    withoutHook: [],
    keyless: [],
  });
});
