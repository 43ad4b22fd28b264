import { createHash } from 'node:crypto';
import { parsePolicy } from '../../src/config/policy.ts';
import { bindDetectors, detectorSections as detectors } from '../../src/domain/detectors/index.ts';
import type { Key, Lineage } from '../../src/domain/key.ts';
import { DAY_MS } from '../../src/domain/time.ts';
import { totalTokens } from '../../src/domain/usage.ts';
import type { Directory } from '../../src/ports/directory.ts';
import { NO_PLACES } from '../../src/ports/places.ts';
import type { PriceTable } from '../../src/ports/price-table.ts';
import type { Member, Store } from '../../src/ports/store.ts';
import { DrivenClock } from '../../src/sandbox/driven-clock.ts';
import type { Deps } from '../../src/services/deps.ts';
import { syncInventory } from '../../src/services/inventory/sync-inventory.ts';
import { sheets } from '../../src/sheets/sheets.ts';
import { breathe } from '../../src/system/breathe.ts';
import { type RecordingLogger, recordingLogger } from '../providers/support/recording-logger.ts';
import { FakeProvider, type FakeProviderOptions } from './fake-provider.ts';
import { openTestStore, type TestStore } from './store.ts';

/** A Monday, 12:00 UTC. */
export const NOON = Date.UTC(2026, 7, 3, 12);

export interface AuditRow {
  readonly verb: string;
  readonly subject: string;
  readonly actor: unknown;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface Bench {
  readonly deps: Deps;
  readonly store: Store;
  readonly clock: DrivenClock;
  readonly logger: RecordingLogger;
  /** The first of them. */
  readonly provider: FakeProvider;
  readonly providers: readonly FakeProvider[];
  /** The workspace's people; change it and read them again. */
  readonly people: Omit<Member, 'lastSeenAt'>[];
  readonly raw: TestStore['raw'];
  audit(): readonly AuditRow[];
  /** `kind subject state`, oldest first. */
  outbox(): readonly string[];
  /** Another connection of the same installation, seen by `deps.providers` from here on. */
  connect(options: FakeProviderOptions): FakeProvider;
  disconnect(connectionId: string): void;
  sync(provider?: FakeProvider): ReturnType<typeof syncInventory>;
  keyOf(providerKeyId: string): Promise<Key>;
  lineageOf(providerKeyId: string): Promise<Lineage>;
}

export interface BenchOptions extends FakeProviderOptions {
  /** More lines for policy.yml. */
  readonly policy?: string;
  /** The line of policy.yml that says who may do what. */
  readonly roles?: string;
  readonly now?: number;
}

/** What the services work with: a real store on a temporary file, driven time, and a provider that follows a script. */
export function openBench({ policy = '', roles, now = NOON, ...options }: BenchOptions = {}): Bench {
  const { store, ids, raw } = openTestStore();
  const clock = new DrivenClock(now);
  const logger = recordingLogger();
  const people: Omit<Member, 'lastSeenAt'>[] = [];
  const providers: FakeProvider[] = [];
  const ports = new Map<string, FakeProvider['port']>();
  const connect = (given: FakeProviderOptions) => {
    // The read connection refuses inside a transaction: no provider may be called there.
    const fake = new FakeProvider({ onCall: () => void store.read, ...given });
    ports.set(fake.port.connectionId, fake.port);
    fake.now = () => clock.now();
    providers.push(fake);
    return fake;
  };
  const provider = connect(options);
  const parsed = testPolicy(policy, roles);
  const deps: Deps = {
    store,
    clock,
    ids,
    logger,
    breathe,
    meter: silentMeter,
    policy: parsed,
    providers: ports,
    prices: fakePrices,
    detectors: bindDetectors(parsed.detectors),
    directory: directoryOf(people),
    outlets: noOutlets,
    secretStores: new Map(),
    deployHooks: new Map(),
    sheets,
    places: NO_PLACES,
    fingerprint: (value) => `print:${createHash('sha256').update(value.reveal()).digest('hex').slice(0, 12)}`,
  };
  const keyOf = async (providerKeyId: string) =>
    present((await store.read.keys.all()).find((key) => key.providerKeyId === providerKeyId));
  return {
    deps,
    store,
    clock,
    logger,
    provider,
    providers,
    people,
    raw,
    audit: () => auditRows(raw()),
    outbox: () => outboxRows(raw()),
    connect,
    disconnect: (connectionId) => void ports.delete(connectionId),
    sync: (fake = provider) => syncInventory(deps, fake.port),
    keyOf,
    lineageOf: async (id) => present(await store.read.lineages.get((await keyOf(id)).lineageId)),
  };
}

/** Slack is there, and nothing else is told. */
export const noOutlets: Deps['outlets'] = {
  webhooks: [],
  heartbeat: null,
  slackReached: () => true,
  messageUrl: () => null,
};

/** Nobody looks at counts. */
export const silentMeter: Deps['meter'] = {
  polled() {},
  providerFailed() {},
  slackFailed() {},
  answered() {},
};

/** One token costs one micro-USD; what a `mystery` model or anything in the scope `dark` costs nobody knows. */
export const fakePrices: PriceTable = {
  version: 'fake 1',
  price: (_providerId, { model, scopeId, tokens }) =>
    model.startsWith('mystery') || scopeId === 'dark'
      ? { costMicroUsd: 0, source: 'unpriced', pricedAs: null }
      : { costMicroUsd: totalTokens(tokens), source: 'listed', pricedAs: model },
};

export function testPolicy(lines = '', roles = 'roles: { admins: [U0ADMIN] }'): Deps['policy'] {
  const text = `channels: { alerts: '#ai-keys' }\n${roles}\n${lines}`;
  const parsed = parsePolicy(text, { file: 'policy.yml', detectors });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.policy;
}

/** Lets time pass. */
export function later(bench: Pick<Bench, 'clock'>, ms: number): void {
  bench.clock.jumpTo(bench.clock.now() + ms);
}

export function member(userId: string, values: Partial<Member> = {}): Omit<Member, 'lastSeenAt'> {
  return {
    userId,
    teamId: 'T1',
    name: userId.toLowerCase(),
    email: `${userId.toLowerCase()}@acme.test`,
    timezone: 'UTC',
    isActiveFullMember: true,
    ...values,
  };
}

export function present<Value>(value: Value | undefined | null): Value {
  if (value === undefined || value === null) throw new Error('there is nothing');
  return value;
}

/** Everything that is stored of the last 400 days' usage, whatever its key. */
export function storedUsage(raw: Bench['raw'], now: number) {
  return raw()
    .prepare<[number], { key: string; start: number; width: number; cost: number; source: string; requests: number }>(
      `SELECT key_id AS key, start_at AS start, width_ms AS width, cost_micro_usd AS cost, price_source AS source,
        requests FROM usage WHERE start_at > ? ORDER BY start_at, key_id, model`,
    )
    .all(now - 400 * DAY_MS);
}

function directoryOf(people: readonly Omit<Member, 'lastSeenAt'>[]): Directory {
  return {
    person: async (userId) => ({ ...present(people.find((one) => one.userId === userId)), groupIds: [] }),
    groupMembers: async () => [],
    channel: async (name) => ({ id: 'C0AIKEYS', name: name.replace('#', ''), isShared: false }),
    channelMembers: async () => [],
    members: async () => [...people],
  };
}

function auditRows(db: ReturnType<TestStore['raw']>): readonly AuditRow[] {
  return db
    .prepare<[], { verb: string; subject: string; actor: string; detail: string }>(
      'SELECT verb, subject, actor, detail FROM audit ORDER BY seq',
    )
    .all()
    .map((row) => ({ ...row, actor: JSON.parse(row.actor) as unknown, detail: JSON.parse(row.detail) }));
}

function outboxRows(db: ReturnType<TestStore['raw']>): readonly string[] {
  return db
    .prepare<[], { text: string }>("SELECT kind || ' ' || subject_id || ' ' || state AS text FROM outbox ORDER BY id")
    .all()
    .map(({ text }) => text);
}
