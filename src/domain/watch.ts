import { type EscalationPolicy, STEPS, type Step } from './escalation.ts';
import { type Unseen, unseenMs } from './overshoot.ts';

/** Somebody who could be called; a group's members are not looked up. */
export interface Watcher {
  readonly id: string;
  /** False for people who left, guests and bots: nobody hears it. */
  readonly isActive: boolean;
}

export interface WatchInput {
  /** Called when an alert opens. */
  readonly first: readonly Watcher[];
  readonly admins: readonly Watcher[];
  /** Who answers for the key; null: nobody does. */
  readonly owner: Watcher | null;
  readonly channel: string;
  readonly webhooks: number;
  readonly escalation: EscalationPolicy;
  readonly unseen: Unseen;
  /** Since when its usage cannot be read; null: it is read. */
  readonly blindSince: number | null;
  /** Whether usage is told of this key alone, and not of its scope as a whole. */
  readonly usagePerKey: boolean;
  /** Days of what is usual that are known, while they are too few; null: enough. */
  readonly learning: number | null;
}

/** Why the answer is worth less than it looks. */
export type WatchGap = 'blind' | 'nobody' | 'no_owner' | 'learning' | 'not_per_key';

/** The three questions of an audit: who would notice, where, and within which time. */
export interface Watch {
  readonly who: readonly string[];
  readonly where: { readonly channel: string; readonly direct: readonly string[]; readonly webhooks: number };
  /** From the first wrong request to the first call; null: nobody is called, or nothing can be seen. */
  readonly withinMs: number | null;
  /** Who is called after them while nobody answers, from the first wrong request on. */
  readonly next: readonly { readonly step: Step; readonly afterMs: number }[];
  readonly gaps: readonly WatchGap[];
}

/** Answers them for one key. */
export function watchOf(input: WatchInput): Watch {
  const { first, admins, owner, channel, webhooks, escalation, unseen, blindSince } = input;
  const called = [...first, ...(owner === null ? [] : [owner])].filter(({ isActive }) => isActive);
  const hears = called.length > 0 || admins.some(({ isActive }) => isActive);
  const seenMs = unseenMs({ ...unseen, enforceMs: 0 });
  const isSeen = blindSince === null;
  const next = STEPS.flatMap((step) => {
    const waitMs = escalation[step];
    const isThere = step === 'webhook' ? webhooks > 0 : step === 'owner' ? owner !== null : true;
    return waitMs === null || !isThere || !isSeen ? [] : [{ step, afterMs: seenMs + waitMs }];
  }).toSorted((a, b) => a.afterMs - b.afterMs);
  const direct = owner?.isActive && escalation.owner !== null ? [owner.id] : [];
  return {
    who: [...new Set(called.map(({ id }) => id))],
    where: { channel, direct, webhooks },
    withinMs: hears && isSeen ? seenMs : null,
    next,
    gaps: gapsOf(input, hears),
  };
}

function gapsOf({ blindSince, owner, learning, usagePerKey }: WatchInput, hears: boolean): readonly WatchGap[] {
  const gaps: WatchGap[] = [];
  if (blindSince !== null) gaps.push('blind');
  if (!hears) gaps.push('nobody');
  if (owner === null || !owner.isActive) gaps.push('no_owner');
  if (learning !== null) gaps.push('learning');
  if (!usagePerKey) gaps.push('not_per_key');
  return gaps;
}
