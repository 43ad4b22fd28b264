import type { CampaignReport } from './campaign-report.ts';
import { isOver, nextSteps, type Rotation, type StepName } from './rotation.ts';
import type { CalendarEnvironment } from './rotation-policy.ts';

export const CAMPAIGN_STATES = ['planned', 'announced', 'running', 'done', 'cancelled'] as const;
export type CampaignState = (typeof CAMPAIGN_STATES)[number];

export const CAMPAIGN_EVENTS = ['announce', 'move', 'start', 'finish', 'cancel'] as const;
export type CampaignEvent = (typeof CAMPAIGN_EVENTS)[number];

/** Every (state, event) pair. Null: the event does not apply and changes nothing. */
export const CAMPAIGN_TRANSITIONS: Readonly<
  Record<CampaignState, Readonly<Record<CampaignEvent, CampaignState | null>>>
> = {
  planned: { announce: 'announced', move: 'planned', start: 'running', finish: null, cancel: 'cancelled' },
  announced: { announce: null, move: 'announced', start: 'running', finish: null, cancel: 'cancelled' },
  running: { announce: null, move: null, start: null, finish: 'done', cancel: 'cancelled' },
  done: { announce: null, move: null, start: null, finish: null, cancel: null },
  cancelled: { announce: null, move: null, start: null, finish: null, cancel: null },
};

/** From so many keys on there is one message per owner, and a key's own only where somebody asks for it. */
export const GROUPED_ABOVE = 30;

/** Many keys are rotated together. Its message and its thread are a rendering of it. */
export interface Campaign {
  readonly id: string;
  /** Null: keys that a person has picked by `filter`. */
  readonly environment: CalendarEnvironment | null;
  /** As the person has typed it; empty for a whole environment. */
  readonly filter: string;
  readonly state: CampaignState;
  readonly startsAt: number;
  /** Why it is not on the day that the calendar names. */
  readonly moved: { readonly from: string; readonly why: string } | null;
  readonly announcedAt: number | null;
  readonly startedAt: number | null;
  /** Actor text, as the one below. */
  readonly startedBy: string | null;
  /** How late it began because nothing ran at its instant; 0: in time. */
  readonly lateMs: number;
  readonly dueAt: number | null;
  readonly isGrouped: boolean;
  readonly closedAt: number | null;
  readonly closedBy: string | null;
  readonly closeReason: string | null;
  readonly report: CampaignReport | null;
  /** Grows with each change. */
  readonly revision: number;
}

/** Why a key is not rotated although it is of the campaign's environment or filter. */
export const SKIP_REASONS = ['never', 'other_turn', 'recent', 'admin', 'suspended', 'no_connection'] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

/** `waiting`: its rotation is about to be begun. */
export const MEMBER_STATES = ['waiting', 'open', 'over', 'skipped'] as const;
export type MemberState = (typeof MEMBER_STATES)[number];

/** A time at which somebody said that a step is blocked, and how long it lasted. */
export interface Block {
  readonly step: StepName;
  readonly reason: string;
  readonly at: number;
  readonly until: number | null;
}

/** One key of a campaign. */
export interface CampaignMember {
  readonly campaignId: string;
  readonly lineageId: string;
  readonly slug: string;
  readonly keyId: string;
  /** Slack user id; null: nobody owns it. */
  readonly ownerId: string | null;
  readonly state: MemberState;
  readonly skip: SkipReason | null;
  readonly rotationId: string | null;
  /** A rotation was open already: it has a message and a thread of its own. */
  readonly isJoined: boolean;
  /** It has a message of its own in the campaign's thread. */
  readonly isShown: boolean;
  /** When something was last done about it: the ladder of reminders is counted from here. */
  readonly progressAt: number | null;
  /** How many rungs were taken since. */
  readonly rung: number;
  /** How often its owner was reminded in all. */
  readonly reminded: number;
  readonly remindAt: number | null;
  readonly blocks: readonly Block[];
}

export interface CampaignChange {
  readonly event: CampaignEvent;
  readonly at: number;
  /** Actor text. */
  readonly by: string;
  readonly reason?: string | null;
}

/** The campaign after an event; null where it does not apply. */
export function withEvent(campaign: Campaign, { event, at, by, reason = null }: CampaignChange): Campaign | null {
  const state = CAMPAIGN_TRANSITIONS[campaign.state][event];
  if (state === null) return null;
  const next = { ...campaign, state, revision: campaign.revision + 1 };
  if (event === 'announce') return { ...next, announcedAt: at };
  if (event === 'start') return { ...next, startedAt: at, startedBy: by };
  if (event === 'move') return next;
  return { ...next, closedAt: at, closedBy: by, closeReason: reason };
}

export function isClosed({ state }: Pick<Campaign, 'state'>): boolean {
  return state === 'done' || state === 'cancelled';
}

/** A member with its rotation, which is all that counting needs. */
export interface MemberRow {
  readonly member: CampaignMember;
  readonly rotation: Rotation | null;
}

export interface CampaignCounts {
  /** Without those that are skipped. */
  readonly keys: number;
  readonly done: number;
  readonly cancelled: number;
  readonly open: number;
  readonly blocked: number;
  readonly paused: number;
  /** Open, and the campaign's due date has passed. */
  readonly overdue: number;
  readonly skipped: number;
}

export function countsOf(rows: readonly MemberRow[], now: number, dueAt: number | null): CampaignCounts {
  const taken = rows.filter(({ member }) => member.state !== 'skipped');
  const count = (test: (rotation: Rotation) => boolean) =>
    taken.filter(({ rotation }) => rotation !== null && test(rotation)).length;
  const done = count(({ state }) => state === 'done');
  const cancelled = count(({ state }) => state === 'cancelled');
  const open = taken.length - done - cancelled;
  return {
    keys: taken.length,
    done,
    cancelled,
    open,
    blocked: count((rotation) => rotation.state === 'open' && blockedStep(rotation) !== null),
    paused: count(({ state, paused }) => state === 'open' && paused !== null),
    overdue: dueAt !== null && now > dueAt ? open : 0,
    skipped: rows.length - taken.length,
  };
}

/** The step that somebody has said to be blocked. */
export function blockedStep(rotation: Pick<Rotation, 'steps'>): StepName | null {
  return rotation.steps.find(({ state }) => state === 'blocked')?.name ?? null;
}

/** The step that is next for somebody; null where all are over. */
export function nextStep(rotation: Pick<Rotation, 'steps'>): StepName | null {
  return nextSteps(rotation)[0]?.name ?? null;
}

/** When something of it last changed: a step, or its beginning. */
export function progressAtOf(rotation: Pick<Rotation, 'steps' | 'startedAt'>): number {
  return rotation.steps.reduce((latest, { at }) => Math.max(latest, at ?? 0), rotation.startedAt);
}

/** What was blocked and for how long, with what the rotation says now. */
export function blocksAfter(
  blocks: readonly Block[],
  { steps }: Pick<Rotation, 'steps'>,
  now: number,
): readonly Block[] {
  const stands = (block: Block) =>
    steps.some(({ name, state, reason }) => name === block.step && state === 'blocked' && reason === block.reason);
  const ended = blocks.map((block) => (block.until !== null || stands(block) ? block : { ...block, until: now }));
  const isKnown = (name: StepName) => ended.some(({ step, until }) => step === name && until === null);
  const fresh = steps.flatMap(({ name, state, reason, at }) =>
    state === 'blocked' && !isKnown(name) ? [{ step: name, reason: reason ?? '', at: at ?? now, until: null }] : [],
  );
  return [...ended, ...fresh];
}

/** Steps that are over, of all steps of all keys: what the bar shows. */
export function shareDone(rows: readonly MemberRow[]): number {
  const taken = rows.filter(({ member }) => member.state !== 'skipped');
  if (taken.length === 0) return 1;
  const shares = taken.map(({ rotation }) => {
    if (rotation === null) return 0;
    if (rotation.state !== 'open') return 1;
    return rotation.steps.filter(({ state }) => isOver(state)).length / rotation.steps.length;
  });
  return shares.reduce((sum, share) => sum + share, 0) / taken.length;
}
