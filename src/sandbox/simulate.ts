import type { KeyStatus } from '../domain/key.ts';
import { MICRO_USD_PER_USD } from '../domain/money.ts';
import { MINUTE_MS } from '../domain/time.ts';
import type { Logger } from '../ports/logger.ts';
import { type BlindSpan, BlindSpans } from './blind-spans.ts';
import { lagOf } from './lag-of.ts';
import { publishedUntil } from './providers/index.ts';
import { startResponder } from './responder.ts';
import type { Message } from './slack/index.ts';
import { openStage, type Stage } from './stage.ts';
import type { ProviderId, Scenario, WorldLeak } from './world/index.ts';

export interface SimulateOptions {
  readonly scenario: Scenario;
  readonly provider: ProviderId;
  readonly seed: number;
  readonly pollMinutes: number;
  readonly lagMinutes: number;
  /** Null: nobody clicks. */
  readonly responderMinutes: number | null;
  readonly logger: Logger;
  /** Tells what happens while it happens. */
  readonly teller?: (stage: Stage) => Teller;
  /** Where the play ends: at the scenario's end, or when the stop of the key is proven. */
  readonly until?: 'end' | 'stopped';
}

export interface Teller {
  /** After each step of time. */
  step(): Promise<void>;
}

export interface SimulatedAction {
  readonly kind: string;
  readonly by: string;
  readonly at: string;
  /** The provider showed it. */
  readonly confirmedAt: string | null;
  /** Proven, for a stop also by usage that stays zero. */
  readonly verifiedAt: string | null;
  readonly verified: boolean;
}

/** What one run shows. Instants are ISO 8601; what did not happen is null. */
export interface SimulationResult {
  readonly scenario: string;
  readonly provider: ProviderId;
  readonly leakStartedAt: string | null;
  readonly firstAlertAt: string | null;
  readonly latencyMinutes: number | null;
  readonly lostAtAlertUsd: number | null;
  readonly lostTotalUsd: number | null;
  /** Root messages about the leaking key; all root messages where nothing leaks. */
  readonly rootMessages: number;
  readonly edits: number;
  /** Messages that called somebody by name or group. */
  readonly mentions: number;
  readonly actions: readonly SimulatedAction[];
  readonly keyStatus: KeyStatus | null;
  /** Alerts about keys that nobody stole. */
  readonly falseAlerts: number;
  /** The leaking provider's lag when the first alert came; without an alert, at the end. */
  readonly lagMinutes: number;
  /** What the app could not read, and how long. */
  readonly blind: readonly BlindSpan[];
  /** When Slack took nothing. */
  readonly slackDown: readonly { readonly from: string; readonly to: string }[];
  readonly auditVerified: boolean;
}

const RESPONDER = 'U0ANA';

/** Plays a scenario from end to end through the real app and returns the figures. */
export async function simulate(options: SimulateOptions): Promise<SimulationResult> {
  const stage = await openStage(options);
  try {
    const teller = options.teller?.(stage);
    const { responderMinutes } = options;
    const endResponder =
      responderMinutes === null ? () => {} : startResponder(stage, { userId: RESPONDER, minutes: responderMinutes });
    const blindness = new BlindSpans();
    await stage.playUntil(options.scenario.endsAt, async () => {
      await blindness.note(stage);
      await teller?.step();
      return options.until !== 'stopped' || !(await isStopped(stage));
    });
    endResponder();
    return await resultOf(stage, options, blindness.all);
  } finally {
    await stage.close();
  }
}

async function isStopped(stage: Stage): Promise<boolean> {
  const { actions, alerts } = stage.app.deps.store.read;
  for (const { id, state } of await alerts.unresolved()) {
    if (state === 'contained' && (await actions.ofAlert(id)).some((action) => action.state === 'verified')) return true;
  }
  return false;
}

async function resultOf(
  stage: Stage,
  options: SimulateOptions,
  blind: SimulationResult['blind'],
): Promise<SimulationResult> {
  const { scenario, provider } = options;
  const { store } = stage.app.deps;
  const leak = stage.world.leaks[0];
  const key = (await store.read.keys.all()).find(({ providerKeyId }) => providerKeyId === leak?.keyId);
  const roots = await rootMessages(stage);
  const leakRoots = leak === undefined ? roots : roots.filter(({ lineageId }) => lineageId === key?.lineageId);
  const first = leak && leakRoots[0];
  const firstAlertAt = first === undefined ? null : first.postedAt;
  const until = firstAlertAt ?? stage.clock.now();
  return {
    scenario: scenario.id,
    provider,
    leakStartedAt: leak === undefined ? null : iso(leak.startedAt),
    firstAlertAt: firstAlertAt === null ? null : iso(firstAlertAt),
    latencyMinutes:
      leak === undefined || firstAlertAt === null ? null : round((firstAlertAt - leak.startedAt) / MINUTE_MS),
    lostAtAlertUsd: leak === undefined || firstAlertAt === null ? null : stolenUsd(stage, leak, firstAlertAt),
    lostTotalUsd: leak === undefined ? null : stolenUsd(stage, leak, scenario.endsAt),
    rootMessages: leakRoots.length,
    edits: editsOf(
      stage,
      leakRoots.map(({ message }) => message.ts),
    ),
    mentions: mentionsOf(stage),
    actions: key === undefined ? [] : await actionsOf(stage, key.id),
    keyStatus: key?.status ?? null,
    falseAlerts: roots.filter(({ lineageId }) => leak === undefined || lineageId !== key?.lineageId).length,
    lagMinutes: round((until - publishedUntil(lagOf(options, provider), until)) / MINUTE_MS),
    blind,
    slackDown: stage.slackOutages.map(({ from, to }) => ({ from: iso(from), to: iso(to) })),
    auditVerified: (await store.read.audit.verify(undefined)).ok,
  };
}

interface RootMessage {
  readonly message: Message;
  readonly lineageId: string | undefined;
  readonly postedAt: number;
}

/** The messages as the channel shows them, with the lineage that each is about. */
async function rootMessages(stage: Stage): Promise<readonly RootMessage[]> {
  const { store } = stage.app.deps;
  const roots: RootMessage[] = [];
  for (const message of stage.slack.person(RESPONDER).visibleMessages('ai-keys')) {
    const record = await store.read.messages.at(message.channel, message.ts);
    if (record?.kind !== 'alert') continue;
    const alert = await store.read.alerts.get(record.subjectId);
    roots.push({ message, lineageId: alert?.lineageId, postedAt: Math.floor(Number(message.ts) * 1000) });
  }
  return roots;
}

function editsOf(stage: Stage, timestamps: readonly string[]): number {
  return stage.slack.calls.filter(
    ({ method, ok, args }) => method === 'chat.update' && ok && timestamps.includes(String(args['ts'])),
  ).length;
}

function mentionsOf({ slack }: Stage): number {
  const called = slack.workspace.notifications.filter(({ kind }) => kind !== 'dm');
  return new Set(called.map(({ channel, ts }) => `${channel}/${ts}`)).size;
}

async function actionsOf(stage: Stage, keyId: string): Promise<SimulationResult['actions']> {
  const actions = await stage.app.deps.store.read.actions.ofKey(keyId);
  return actions.map(({ kind, requestedBy, requestedAt, executedAt, verifiedAt, state }) => ({
    kind,
    by: requestedBy.replace(/^slack:[^/]*\//, ''),
    at: iso(requestedAt),
    confirmedAt: executedAt === null ? null : iso(executedAt),
    verifiedAt: verifiedAt === null ? null : iso(verifiedAt),
    verified: state === 'verified',
  }));
}

function stolenUsd(stage: Stage, leak: WorldLeak, until: number): number {
  const from = leak.firstProbeAt ?? leak.startedAt;
  const microUsd = stage.world.truth.stolenMicroUsd({ keyId: leak.keyId, from, to: until });
  return Math.round((microUsd / MICRO_USD_PER_USD) * 100) / 100;
}

function round(minutes: number): number {
  return Math.round(minutes * 10) / 10;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
