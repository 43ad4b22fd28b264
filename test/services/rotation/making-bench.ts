import type { Rotation } from '../../../src/domain/rotation.ts';
import { stepOf } from '../../../src/domain/rotation.ts';
import type { Places } from '../../../src/ports/places.ts';
import { requestNewKey } from '../../../src/services/rotation/request-new-key.ts';
import { type Bench, type BenchOptions, openBench, present } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';
import { FakeStore, type FakeStoreOptions } from '../../support/fake-store.ts';
import { ADA } from '../../support/requests.ts';
import { begin, read } from './support.ts';

export const PLACE = 'apps/ci#KEY';
const BOT = { kind: 'service_account', id: 'svc_1', name: 'ci', email: null, hasAccess: true } as const;

export interface MakingBench {
  readonly bench: Bench;
  readonly vault: FakeStore;
  readonly deps: Bench['deps'];
  readonly rotation: Rotation;
}

export interface MakingOptions extends BenchOptions {
  readonly vault?: FakeStoreOptions;
  readonly places?: Partial<Places>;
}

/** A key of a service account whose value is kept in a store, and its rotation. */
export async function makingBench({
  vault: given = {},
  places = {},
  ...options
}: MakingOptions = {}): Promise<MakingBench> {
  const bench = openBench({ create: 'service_account', ...options });
  const vault = new FakeStore({ onCall: () => void bench.store.read, ...given });
  vault.put(PLACE, 'sk-the-old-value');
  bench.provider.put(fakeKey('key_1', { label: 'staging-ci', owner: BOT }));
  await bench.sync();
  const deps = {
    ...bench.deps,
    secretStores: new Map([[vault.port.name, vault.port]]),
    places: { secretOf: () => ({ store: vault.port.name, reference: PLACE }), hooksOf: () => [], ...places },
  };
  return { bench: { ...bench, deps }, vault, deps, rotation: await begin(bench) };
}

export async function askForKey({ bench, deps, rotation }: MakingBench): Promise<void> {
  const now = await read(bench, rotation);
  await requestNewKey(deps, { actor: ADA, rotationId: rotation.id, revision: stepOf(now, 'generate').revision });
}

/** The keys that work at the provider besides the old one. */
export function newAndLive({ provider }: Bench): readonly string[] {
  return [...provider.keys.values()]
    .filter(({ id, status }) => id !== 'key_1' && status === 'active')
    .map(({ id }) => id);
}

export function evidenceOf(rotation: Rotation, step: 'generate' | 'store' | 'redeploy') {
  return present(stepOf(rotation, step).evidence);
}
