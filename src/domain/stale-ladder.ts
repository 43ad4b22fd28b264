import { Temporal } from 'temporal-polyfill';
import { type Environment, type KeyStatus, STOPPED_STATUSES } from './key.ts';
import { isWorkday } from './rotation-calendar.ts';
import type { Exemption, ExemptRule, Idleness } from './staleness.ts';
import { DAY_MS } from './time.ts';

/** policy.yml's `staleness`. */
export interface StalenessPolicy {
  /** False: nobody is asked and nothing is proposed. */
  readonly ladder: boolean;
  /** Quiet for so long: its owner is asked. */
  readonly askMs: number;
  /** Quiet for so long: its end is proposed in the channel. */
  readonly proposeMs: number;
  /** Days of the calendar between the proposal and the announced date. */
  readonly announceDays: number;
  /** Where a stop that can be taken back is done without a click once the announced date has passed. */
  readonly suspendIn: readonly Environment[];
  readonly exempt: readonly ExemptRule[];
}

/**
 * `asked`: its owner was. `proposed`: the channel was told, with a date. `kept`: somebody wants it until a day.
 * `suspended`: by the ladder, and it can be taken back. `over`: see `end`.
 */
export type LadderState = 'asked' | 'proposed' | 'kept' | 'suspended' | 'over';

export type LadderEnd =
  /** It has traffic again. */
  | 'used'
  /** Somebody suspended or deleted it. */
  | 'stopped'
  /** It was suspended by the ladder and started again. */
  | 'restored'
  /** The day until which it was kept is over. */
  | 'kept_over'
  /** Nobody wanted it back in time. */
  | 'undo_over'
  /** The stop was given up. */
  | 'given_up'
  /** It is left alone now: by policy, a rotation, or since it is quiet for less than policy says. */
  | 'exempt';

/** How far a key has come on the ladder. One per key; a new turn takes the place of the one before. */
export interface LadderRecord {
  readonly keyId: string;
  readonly state: LadderState;
  /** Since when it was quiet when the turn began: later traffic ends it. */
  readonly sinceAt: number;
  /** Slack user id. */
  readonly askedTo: string | null;
  readonly askedAt: number | null;
  /** All that one person was asked in one message. */
  readonly askRound: string | null;
  readonly proposedAt: number | null;
  /** The announced date. */
  readonly actAt: number | null;
  /** All that one message in the channel proposes. */
  readonly proposalRound: string | null;
  /** Actor text of the owner who says that it can be deleted. */
  readonly deletableBy: string | null;
  readonly keptUntil: number | null;
  /** Actor text. */
  readonly keptBy: string | null;
  readonly keptReason: string | null;
  /** When it was suspended, or left to people. */
  readonly actedAt: number | null;
  readonly undoUntil: number | null;
  readonly actionId: string | null;
  readonly end: LadderEnd | null;
  readonly endedAt: number | null;
  readonly revision: number;
}

export interface LadderFacts {
  readonly idle: Idleness;
  readonly status: KeyStatus;
  readonly exemption: Exemption | null;
  /** Who can be asked; null: nobody. */
  readonly ownerId: string | null;
  /** A stop can be taken back, and policy lets it happen by itself. */
  readonly maySuspend: boolean;
  /** What became of the ladder's stop; null: there was none. */
  readonly stop: 'waiting' | 'done' | 'given_up' | null;
}

export type LadderStep =
  | { readonly do: 'wait' | 'ask' | 'propose' | 'suspend' | 'hand_over' | 'tell_late_use' }
  | { readonly do: 'end'; readonly why: LadderEnd };

export interface LadderContext {
  readonly policy: Pick<StalenessPolicy, 'askMs' | 'proposeMs'>;
  readonly now: number;
}

export const NEW_TURN = {
  askedTo: null,
  askedAt: null,
  askRound: null,
  proposedAt: null,
  actAt: null,
  proposalRound: null,
  deletableBy: null,
  keptUntil: null,
  keptBy: null,
  keptReason: null,
  actedAt: null,
  undoUntil: null,
  actionId: null,
  end: null,
  endedAt: null,
} as const satisfies Partial<LadderRecord>;

/** An owner has so long to answer before the channel is asked, however long the key has been quiet. */
export const ANSWER_MS = 7 * DAY_MS;
export const UNDO_MS = 30 * DAY_MS;

const WAIT: LadderStep = { do: 'wait' };

/** What is to be done about a key now. What is not known to be unused is never acted on. */
export function nextStep(facts: LadderFacts, record: LadderRecord | null, context: LadderContext): LadderStep {
  if (record === null || record.state === 'over') return firstStep(facts, record, context);
  if (record.state === 'suspended') return afterStop(facts, record, context);
  if (STOPPED_STATUSES.has(facts.status)) return { do: 'end', why: 'stopped' };
  if (record.state === 'kept') return isOver(record.keptUntil, context) ? { do: 'end', why: 'kept_over' } : WAIT;
  if (facts.exemption !== null) return { do: 'end', why: 'exempt' };
  if (isUsedSince(facts, record)) return { do: 'end', why: 'used' };
  if (!isQuiet(facts, context.policy.askMs, context)) return isKnown(facts) ? { do: 'end', why: 'exempt' } : WAIT;
  return record.state === 'asked' ? afterAsking(facts, record, context) : afterProposing(facts, record, context);
}

function firstStep(facts: LadderFacts, record: LadderRecord | null, context: LadderContext): LadderStep {
  const { policy, now } = context;
  if (facts.status !== 'active' || facts.exemption !== null) return WAIT;
  // Whoever started it again, or gave its stop up, has answered.
  const isAnswered = record?.end === 'restored' || record?.end === 'given_up' || record?.end === 'stopped';
  if (isAnswered && now < (record?.endedAt ?? 0) + policy.askMs) return WAIT;
  if (!isQuiet(facts, policy.askMs, context)) return WAIT;
  if (facts.ownerId !== null) return { do: 'ask' };
  return isQuiet(facts, policy.proposeMs, context) ? { do: 'propose' } : WAIT;
}

function afterAsking(facts: LadderFacts, record: LadderRecord, context: LadderContext): LadderStep {
  const hadTime = context.now >= (record.askedAt ?? context.now) + ANSWER_MS;
  return hadTime && isQuiet(facts, context.policy.proposeMs, context) ? { do: 'propose' } : WAIT;
}

function afterProposing({ maySuspend }: LadderFacts, record: LadderRecord, context: LadderContext): LadderStep {
  if (!isOver(record.actAt, context)) return WAIT;
  if (maySuspend) return { do: 'suspend' };
  // What cannot be taken back is left to people, who are told so once.
  return record.actedAt === null ? { do: 'hand_over' } : WAIT;
}

function afterStop(facts: LadderFacts, record: LadderRecord, context: LadderContext): LadderStep {
  if (facts.stop === 'given_up') return { do: 'end', why: 'given_up' };
  if (facts.stop === 'waiting') return isUsedSince(facts, record) ? { do: 'end', why: 'used' } : WAIT;
  if (facts.status === 'active') return { do: 'end', why: 'restored' };
  // Usage arrives late: it was in use when it was stopped.
  if (isUsedSince(facts, record)) return { do: 'tell_late_use' };
  if (facts.status === 'gone' || facts.status === 'archived') return { do: 'end', why: 'stopped' };
  return isOver(record.undoUntil, context) ? { do: 'end', why: 'undo_over' } : WAIT;
}

function isUsedSince({ idle }: LadderFacts, { sinceAt }: LadderRecord): boolean {
  return idle.kind === 'unused' && idle.sinceAt > sinceAt;
}

function isKnown({ idle }: LadderFacts): boolean {
  return idle.kind !== 'unknown';
}

function isQuiet(facts: LadderFacts, forMs: number, { now }: LadderContext): boolean {
  return isKnown(facts) && now - facts.idle.sinceAt >= forMs;
}

function isOver(at: number | null, { now }: LadderContext): boolean {
  return at !== null && now >= at;
}

const ACT_HOUR = 10;
// Weekends and holidays in a row: more than this is no calendar.
const MAX_DAYS = 60;

/** So many days of the calendar from now, at ten in the morning, on a day on which somebody is there to take it back. */
export function announcedDate(
  now: number,
  days: number,
  { timeZone, holidays }: { readonly timeZone: string; readonly holidays: readonly string[] },
): number {
  const first = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timeZone).toPlainDate().add({ days });
  for (let later = 0; later <= MAX_DAYS; later += 1) {
    const date = first.add({ days: later });
    if (later < MAX_DAYS && !isWorkday(date.toString(), holidays)) continue;
    return date.toZonedDateTime({ timeZone, plainTime: { hour: ACT_HOUR } }).epochMilliseconds;
  }
  return now;
}

const KEEP_MAX_DAYS = 366;

/** The end of a day such as `2028-02-29`; null: it is no day, or over, or more than a year ahead. */
export function keepUntil(day: string, now: number, timeZone: string): number | null {
  const date = dateOf(day);
  if (date === null) return null;
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timeZone).toPlainDate();
  const ahead = today.until(date, { largestUnit: 'days' }).days;
  if (ahead < 1 || ahead > KEEP_MAX_DAYS) return null;
  return date.add({ days: 1 }).toZonedDateTime({ timeZone }).epochMilliseconds;
}

/** The last day of what `keepUntil` says. */
export function lastKeptDay(until: number, timeZone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(until - 1)
    .toZonedDateTimeISO(timeZone)
    .toPlainDate()
    .toString();
}

/** What a dialog offers: so many months ahead. */
export function monthsAhead(now: number, months: number, timeZone: string): string {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timeZone).toPlainDate();
  return today.add({ months }).toString();
}

function dateOf(day: string): Temporal.PlainDate | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return null;
  try {
    return Temporal.PlainDate.from(day, { overflow: 'reject' });
  } catch {
    return null;
  }
}
