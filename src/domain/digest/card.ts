import type { AtRisk, Change } from '../blast-radius/company.ts';
import type { Campaign } from '../campaign.ts';
import type { CapStanding } from '../cap.ts';
import type { Severity } from '../finding.ts';
import type { Check } from '../hygiene/checks.ts';
import type { Sentence } from '../sentence.ts';
import type { SecondAlarm } from '../spend-alert.ts';
import type { DigestTurn } from './turn.ts';

/** One week of the trend. */
export interface TrendWeek {
  readonly week: string;
  /** The day on which it was told. */
  readonly day: string;
  /** Null: there was no digest, or it was counted in another way. */
  readonly score: number | null;
  /** Null: usage was not read as far back. */
  readonly spentMicroUsd: number | null;
}

/** What a button of the digest begins. */
export const DIGEST_ACTS = ['claim', 'cap', 'suspend', 'rotate', 'show'] as const;
export type DigestAct = (typeof DIGEST_ACTS)[number];

export interface AlertRef {
  readonly alertId: string;
  /** `KS-142` */
  readonly name: string;
}

/** One thing to do. */
export interface DigestAction {
  readonly why: Check | 'alert' | 'revocation' | Change['kind'];
  readonly act: DigestAct;
  readonly slug: string;
  readonly key: { readonly keyId: string; readonly generation: number };
  /** How many keys it is about; `slug` is the dearest. */
  readonly count: number;
  /** What the key spent this week. */
  readonly spentMicroUsd: number;
  /** Points of the score that all of them cost. */
  readonly points: number;
  /** What it takes off the money at risk. */
  readonly savesMicroUsd: number | null;
  /** The cap that it speaks of. */
  readonly capMicroUsd: number | null;
  /** Where it is an alert that nobody has answered. */
  readonly alert: AlertRef | null;
}

export interface OpenAlert extends AlertRef {
  readonly slug: string;
  readonly severity: Severity;
}

/** A leak or a runaway that was stopped. */
export interface Catch extends AlertRef {
  readonly slug: string;
  /** Actor text of who stopped it. */
  readonly by: string;
  readonly lostMicroUsd: number;
  /** From the alert to the stop. */
  readonly afterMs: number;
}

export interface DigestAlerts {
  readonly opened: number;
  readonly answered: number;
  /** Null: nobody answered any. */
  readonly medianAnswerMs: number | null;
  /** What was not stopped, the gravest first. */
  readonly open: readonly OpenAlert[];
  /** Found, and told nobody at once. */
  readonly quiet: number;
  /** What the digest alone tells, the newest first. */
  readonly noticed: readonly { readonly slug: string; readonly headline: Sentence }[];
}

export interface DigestCampaign
  extends Pick<Campaign, 'environment' | 'filter' | 'state' | 'startsAt' | 'dueAt' | 'closedAt'> {
  readonly done: number;
  readonly keys: number;
  readonly overdue: number;
  /** Of its report when it is over, else of its own message; cards have it since digests link it. */
  readonly place?: { readonly channel: string; readonly ts: string } | null;
}

export interface DigestRotations {
  readonly done: number;
  readonly cancelled: number;
  readonly open: number;
  /** Keys whose turn is over, and rotations beyond their due date. */
  readonly overdue: number;
  /** Ends for good that were asked for and that the provider has not shown yet, oldest first. */
  readonly pending: readonly { readonly slug: string; readonly since: number; readonly hangs: boolean }[];
  readonly campaigns: readonly DigestCampaign[];
}

export interface CapUse {
  readonly slug: string;
  readonly monthMicroUsd: number;
  readonly capMicroUsd: number;
  /** Whose cap it is, and how many others share it; digests of before do not say. */
  readonly origin?: CapStanding['origin'];
  readonly sharedWith?: number;
}

/** What is at risk is split since cards have `uncapped`. */
export interface DigestMoney
  extends Pick<AtRisk, 'atRiskMicroUsd' | 'notKnown'>,
    Partial<Pick<AtRisk, 'rated' | 'uncapped'>> {
  readonly spentMicroUsd: number;
  /** The week before; null: not known. */
  readonly beforeMicroUsd: number | null;
  /** Since the calendar month began (UTC). */
  readonly monthMicroUsd: number;
  /** The nearest to its cap. */
  readonly nearest: CapUse | null;
}

/** How well it was seen. */
export interface DigestData {
  /** Hours in which something could not be read, or nothing ran; each instant once. */
  readonly blindMs: number;
  readonly blind: readonly { readonly title: string; readonly ms: number; readonly isOver: boolean }[];
  /** From the end of a bucket of usage to the poll that first saw it; null: no usage arrived. */
  readonly latency: { readonly p50Ms: number; readonly p95Ms: number; readonly samples: number } | null;
  /** Ours less the provider's, of its figure, on the newest day that can be judged. */
  readonly reconciled: readonly { readonly title: string; readonly dayAt: number; readonly errorShare: number }[];
}

/** One row of the table in the thread. */
export interface DigestRow {
  readonly slug: string;
  readonly ownerId: string | null;
  readonly spentMicroUsd: number;
  readonly beforeMicroUsd: number;
  readonly worst48hMicroUsd: number | null;
  /** No cap stops it; absent in cards of before. */
  readonly isTheoretical?: boolean;
  readonly faults: readonly Check[];
}

/** Whom an alert would call tonight. */
export interface DigestPaged {
  readonly first: readonly string[];
  readonly admins: readonly string[];
  /** Nobody of all these is an active member. */
  readonly isNobody: boolean;
}

/** All that a digest tells. It is kept as it was told: who reads it months later, or asks again, reads the same. */
export interface DigestCard {
  readonly turn: DigestTurn;
  readonly madeAt: number;
  /** How late it was made since nothing ran at its instant; 0: in time. */
  readonly lateMs: number;
  readonly isPreview: boolean;
  readonly keys: number;
  readonly score: number;
  readonly scoreVersion: number;
  /** Against the week before; null: there is none, or it was counted in another way. */
  readonly scoreChange: number | null;
  /** The week before was counted in another way. */
  readonly isNewFormula: boolean;
  readonly lost: readonly { readonly check: Check; readonly points: number; readonly keys: number }[];
  /** Oldest first; the last is this one. */
  readonly trend: readonly TrendWeek[];
  readonly money: DigestMoney;
  readonly actions: readonly DigestAction[];
  readonly moreActions: number;
  readonly alerts: DigestAlerts;
  readonly catches: readonly Catch[];
  readonly rotations: DigestRotations;
  readonly data: DigestData;
  readonly paged: DigestPaged;
  /** By connection. */
  readonly secondAlarms: readonly SecondAlarm[];
  /** Keys that nobody has claimed although it was asked for two weeks, and those that it was proposed to delete. */
  readonly unclaimed: readonly string[];
  readonly staleProposals: readonly string[];
  readonly rows: readonly DigestRow[];
  readonly moreRows: number;
  readonly audit: { readonly count: number; readonly head: string };
  /** Nothing that anybody has to know beyond the figures. */
  readonly isQuiet: boolean;
}
