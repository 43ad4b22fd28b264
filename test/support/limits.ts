import type { Action } from '../../src/domain/action.ts';
import { type RequestLimitChangeInput, requestLimitChange } from '../../src/services/actions/request-limit-change.ts';
import { readDueLimits } from '../../src/services/limits/read-limits.ts';
import { type Bench, type BenchOptions, openBench } from './bench-deps.ts';
import { fakeKey } from './fake-provider.ts';
import { limitsOf } from './records.ts';
import { ADA } from './requests.ts';

export const EXTRAS = ['readLimits', 'setSpendLimit', 'setRateLimit', 'setModelPermissions', 'deleteKeyOwner'] as const;
export const SERVICE_ACCOUNT = {
  kind: 'service_account',
  id: 'svc_1',
  name: 'ci-bot',
  email: null,
  hasAccess: true,
} as const;

/** Two keys of one scope, capped at $500 a month, its limits read. */
export async function benchWithLimits(options: BenchOptions = {}): Promise<Bench> {
  const bench = openBench({ extras: EXTRAS, ...options });
  bench.provider.put(fakeKey('key_1', { label: 'staging-ci' }), fakeKey('key_2', { label: 'staging-web' }));
  bench.provider.limits.set('ws_1', limitsOf());
  await bench.sync();
  await readDueLimits(bench.deps);
  bench.provider.calls.length = 0;
  return bench;
}

type Common = Omit<RequestLimitChangeInput, 'kind' | 'change'>;

export async function askCap(
  bench: Bench,
  change: { readonly from: number | null; readonly to: number | null },
  { on = 'key_1', ...values }: Partial<Common> & { readonly on?: string } = {},
): Promise<Action> {
  return requestLimitChange(bench.deps, {
    ...(await common(bench, on)),
    ...values,
    kind: 'set_spend_limit',
    change,
  });
}

/** Who asks, from which key, with everything that has to be typed. */
export async function common(bench: Bench, providerKeyId: string): Promise<Common> {
  const { id: keyId } = await bench.keyOf(providerKeyId);
  const { slug } = await bench.lineageOf(providerKeyId);
  return { actor: ADA, keyId, alertId: null, reason: 'until we know more', typedSlug: slug };
}

export async function knownOf(bench: Bench, scopeId = 'ws_1') {
  return bench.store.read.scopeLimits.get('fake', scopeId);
}
