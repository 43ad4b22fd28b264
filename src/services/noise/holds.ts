import { type Actor, actorText, systemActor } from '../../domain/actor.ts';
import { AppError } from '../../domain/errors.ts';
import {
  type ExpectHold,
  type Hold,
  isInForce,
  isMutableRule,
  LONGEST_MUTE_MS,
  LONGEST_WINDOW_MS,
  type MuteHold,
} from '../../domain/hold.ts';
import { DAY_MS, formatLength } from '../../domain/time.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { tellEnd } from './tell-hold.ts';

export const HOLD_REASON_MAX = 300;
const NEVER_MUTED =
  'that production calls a model which it must not call cannot be muted; `/keys edit` says which it may call';

type HoldDeps = Pick<Deps, 'store' | 'clock' | 'ids'>;

interface Asked {
  readonly actor: Actor;
  readonly lineageId: string;
  readonly untilAt: number;
  /** May be empty. */
  readonly reason: string;
}

export interface DeclareInput extends Asked {
  readonly ceilingMicroUsd: number;
}

/** Declares that a lineage may spend so much from now on, until then. One that holds already is replaced. */
export async function declareWindow(deps: HoldDeps, input: DeclareInput): Promise<ExpectHold> {
  const { ceilingMicroUsd, actor } = input;
  if (ceilingMicroUsd <= 0) throw refusal('a window needs an amount above zero');
  const base = newHold(deps, input, LONGEST_WINDOW_MS);
  const hold: ExpectHold = { ...base, kind: 'expect', ceilingMicroUsd, exceededAt: null, alertId: null };
  await deps.store.write(async (tx) => {
    await replaceSame({ deps, tx }, hold, actor);
    await tx.holds.insert(hold);
    const detail = { ceilingMicroUsd, until: hold.untilAt, reason: hold.reason };
    await tx.audit.append({ at: hold.fromAt, actor, verb: 'lineage.window.declared', subject: hold.lineageId, detail });
  });
  return hold;
}

export interface MuteInput extends Asked {
  readonly ruleId: string;
}

/** What this rule finds on the lineage is kept quietly until then. One that holds already is replaced. */
export async function muteRule(deps: HoldDeps, input: MuteInput): Promise<MuteHold> {
  const { ruleId, actor } = input;
  if (!isMutableRule(ruleId)) throw refusal(NEVER_MUTED);
  const hold: MuteHold = { ...newHold(deps, input, LONGEST_MUTE_MS), kind: 'mute', ruleId };
  await deps.store.write(async (tx) => {
    await replaceSame({ deps, tx }, hold, actor);
    await tx.holds.insert(hold);
    const detail = { rule: ruleId, until: hold.untilAt, reason: hold.reason };
    await tx.audit.append({ at: hold.fromAt, actor, verb: 'lineage.rule.muted', subject: hold.lineageId, detail });
  });
  return hold;
}

/** Ends one before its time. One that is over already stays as it is: null. */
export async function endHold(
  deps: HoldDeps,
  { actor, holdId }: { readonly actor: Actor; readonly holdId: string },
): Promise<Hold | null> {
  return deps.store.write(async (tx) => {
    const hold = await tx.holds.get(holdId);
    return hold === undefined || hold.endedAt !== null ? null : end({ deps, tx }, hold, actor);
  });
}

/** When the first of them ends; null for none. */
export async function nextHoldEnd({ store }: Pick<Deps, 'store'>): Promise<number | null> {
  return (await store.read.holds.open())[0]?.untilAt ?? null;
}

/** Ends what is over, each with its message. */
export async function endDueHolds(deps: HoldDeps): Promise<void> {
  const now = deps.clock.now();
  for (const { id } of (await deps.store.read.holds.open()).filter(({ untilAt }) => untilAt <= now)) {
    await deps.store.write(async (tx) => {
      const hold = await tx.holds.get(id);
      if (hold?.endedAt === null && hold.untilAt <= now) await end({ deps, tx }, hold, systemActor('end-holds'));
    });
  }
}

interface Context {
  readonly deps: HoldDeps;
  readonly tx: Repos;
}

async function end({ deps, tx }: Context, hold: Hold, actor: Actor): Promise<Hold> {
  const now = deps.clock.now();
  // A process that was away ends it when it was over, not when it came back.
  const ended: Hold = { ...hold, endedAt: Math.min(now, hold.untilAt), endedBy: actorText(actor) };
  await tx.holds.update(ended);
  const verb = hold.kind === 'expect' ? 'lineage.window.ended' : 'lineage.rule.unmuted';
  const what = hold.kind === 'expect' ? { ceilingMicroUsd: hold.ceilingMicroUsd } : { rule: hold.ruleId };
  await tx.audit.append({ at: now, actor, verb, subject: hold.lineageId, detail: { ...what, by: hold.by } });
  await tellEnd({ deps, tx }, ended);
  return ended;
}

/** A lineage has one window, and one mute of each rule. */
async function replaceSame({ deps, tx }: Context, hold: Hold, actor: Actor): Promise<void> {
  for (const one of await tx.holds.ofLineage(hold.lineageId, hold.fromAt)) {
    if (one.endedAt === null && isSameMatter(one, hold)) await end({ deps, tx }, one, actor);
  }
}

function isSameMatter(a: Hold, b: Hold): boolean {
  return a.kind === 'expect' ? b.kind === 'expect' : b.kind === 'mute' && a.ruleId === b.ruleId;
}

function newHold({ clock, ids }: HoldDeps, { actor, lineageId, untilAt, reason }: Asked, longestMs: number) {
  const fromAt = clock.now();
  if (!isInForce({ endedAt: null, untilAt }, fromAt)) throw refusal('the end has to be still ahead');
  if (untilAt - fromAt > longestMs) {
    throw refusal(
      `${formatLength(longestMs)} are the most, and it would be ${formatLength(ceilDay(untilAt - fromAt))}`,
    );
  }
  const short = reason.trim().slice(0, HOLD_REASON_MAX);
  const id = ids.next('hold');
  return { id, lineageId, by: actorText(actor), reason: short, fromAt, untilAt, endedAt: null, endedBy: null };
}

/** So that thirty days and an hour are not told as thirty days. */
function ceilDay(lengthMs: number): number {
  return Math.ceil(lengthMs / DAY_MS) * DAY_MS;
}

function refusal(why: string): AppError {
  return new AppError({
    code: 'invalid_input',
    message: `refused: ${why}`,
    publicMessage: `Nothing was changed: ${why}.`,
  });
}
