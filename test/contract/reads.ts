import type { ProviderScope } from '../../src/domain/key.ts';
import type { Provider } from '../../src/ports/provider.ts';
import type { ProviderCase } from './provider-case.ts';

/** One thing that can be read of a connection, and what must come of it for the case's organization. */
export interface Read {
  readonly name: string;
  readonly run: (provider: Provider, signal?: AbortSignal) => Promise<unknown>;
  readonly expected: unknown;
  /** Statuses that are an answer of their own here, not a failure: "gone", "not enabled". */
  readonly answers: readonly number[];
  /** Whether it comes in pages. */
  readonly paged: boolean;
}

/** Every read that the case's provider has. */
export function readsOf(testCase: ProviderCase): readonly Read[] {
  const { scopes, keys, window, usage, key, streams } = testCase;
  const reads: Read[] = [
    { name: 'listScopes', run: (provider, signal) => provider.listScopes(signal), expected: scopes, ...PAGED },
    { name: 'listKeys', run: (provider, signal) => provider.listKeys(scopes, signal), expected: keys, ...PAGED },
    { name: 'readUsage', run: (provider, signal) => provider.readUsage(window, signal), expected: usage, ...PAGED },
    {
      name: 'readKeyStatus',
      run: (provider, signal) => provider.readKeyStatus(key, signal),
      expected: 'active',
      answers: [404],
      paged: false,
    },
  ];
  if (streams) reads.push({ name: 'streamUsage', run: streamed(testCase), expected: sorted(usage), ...PAGED });
  return [...reads, ...optionalReads(testCase)];
}

const PAGED = { answers: [], paged: true } as const;

function optionalReads({ optional, scopes }: ProviderCase): readonly Read[] {
  const { costs, days, events, eventsSince, limits, spendAlerts, members, scopeId } = optional;
  const reads: Read[] = [];
  if (costs !== null) {
    const run: Read['run'] = async (provider, signal) => provider.readCosts?.(days, signal);
    reads.push({ name: 'readCosts', run, expected: costs, answers: [403, 404], paged: true });
  }
  if (events !== null) {
    const run: Read['run'] = async (provider, signal) => provider.readEvents?.({ from: eventsSince, to: null }, signal);
    reads.push({ name: 'readEvents', run, expected: events, answers: [403, 404], paged: true });
  }
  if (members !== null) {
    const run: Read['run'] = async (provider, signal) => provider.listMembers?.(scopeOf(scopes, scopeId), signal);
    reads.push({ name: 'listMembers', run, expected: members, answers: [403, 404], paged: true });
  }
  if (limits !== null) {
    const run: Read['run'] = async (provider, signal) => provider.readLimits?.(scopeId, signal);
    reads.push({ name: 'readLimits', run, expected: limits, answers: [403], paged: true });
  }
  if (spendAlerts !== null) {
    for (const [of, id, expected] of [
      ['a scope', scopeId, spendAlerts.scope],
      ['the organization', null, spendAlerts.all],
    ] as const) {
      const run: Read['run'] = async (provider, signal) => provider.readSpendAlerts?.(id, signal);
      reads.push({ name: `readSpendAlerts of ${of}`, run, expected, answers: [403, 404], paged: true });
    }
  }
  return reads;
}

/** The case's scope with this id. */
export function scopeOf(scopes: readonly ProviderScope[], scopeId: string): ProviderScope {
  const scope = scopes.find(({ id }) => id === scopeId);
  if (scope === undefined) throw new Error(`the case has no scope ${scopeId}`);
  return scope;
}

/** The parts as one list: in which of them a row comes is tested with the stream itself. */
function streamed({ window }: ProviderCase): Read['run'] {
  return async (provider, signal) => {
    const rows: unknown[] = [];
    for await (const { usage } of provider.streamUsage?.(window, signal) ?? []) rows.push(...usage);
    return sorted(rows);
  };
}

function sorted(rows: readonly unknown[]): readonly unknown[] {
  return [...rows].sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
}
