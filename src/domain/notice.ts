import type { ActionKind } from './action.ts';
import type { GrantTold } from './grant.ts';
import type { PostingChannel } from './policy.ts';
import type { Sentence } from './sentence.ts';
import type { UnpricedDetail } from './unpriced.ts';

/** What is read of a connection, each for itself: one can fail while the other goes on. */
export type ReadingKind = 'usage' | 'inventory';

/** A connection cannot be read. Closed: it can again. */
export interface BlindDetail {
  readonly reading: ReadingKind;
  readonly connectionId: string;
  /** When the first read in the row failed. */
  readonly failingSince: number;
  /** The last complete read before; null: there was none. */
  readonly lastReadAt: number | null;
  /** What went wrong last and what to do, in a person's words. */
  readonly problem: string;
  /** The responders were called, since it lasts. */
  readonly called?: boolean;
  /** Whether it can be read again; false at the end when nobody tries any more. */
  readonly readable: boolean;
}

/** What concerns a connection as a whole. It is over when it is told. */
export interface ConnectionFindingDetail {
  readonly detectorId: string;
  readonly connectionId: string;
  readonly headline: Sentence;
  readonly reason: Sentence;
  /** Grave enough to call the responders. */
  readonly calls: boolean;
}

/** Keysteward itself did not run. Told once, when all that was missed has been read or was given up on. */
export interface DowntimeDetail {
  readonly from: number;
  readonly to: number;
  readonly waitingFor: readonly { readonly connectionId: string; readonly missedPolls: number }[];
  /** Opened by the catch-up or added to. */
  readonly alertIds: readonly string[];
  readonly unreadable: readonly { readonly connectionId: string; readonly problem: string }[];
}

/** A scope, or one key in it, of which both figures are known and differ. */
export interface DriftPart {
  /** Empty outside of scopes. */
  readonly scopeId: string;
  /** Null: the scope as a whole. */
  readonly keyId: string | null;
  readonly providerMicroUsd: number;
  readonly ownMicroUsd: number;
}

/** What we priced and what the provider says it cost differ, on the newest day that can be judged. */
export interface DriftDetail {
  readonly connectionId: string;
  readonly dayAt: number;
  readonly providerMicroUsd: number;
  readonly ownMicroUsd: number;
  /** `removed`: the connection is not configured any more; `unreadable`: its costs are not open to us any more. */
  readonly state: 'drifts' | 'agrees' | 'removed' | 'unreadable';
  /** Largest error first. */
  readonly worst: readonly DriftPart[];
  /** How many more there are. */
  readonly others: number;
  /** What of our figure is not from a listed price. */
  readonly estimatedMicroUsd: number;
  readonly hasUnpriced: boolean;
  /** What usage outside of our keys cost more at the provider than we saw of it, where that is most of the matter. */
  readonly unseenMicroUsd: number;
  /** Every key is off by the same share. */
  readonly isEven: boolean;
  /** Models without a listed price, the dearest first. */
  readonly models: readonly string[];
}

/** Somebody did alone what takes two people. It is over when it is told. */
export interface BreakGlassDetail {
  readonly userId: string;
  readonly kind: ActionKind;
  readonly keyId: string;
  readonly alertId: string | null;
  readonly reason: string;
  readonly because: 'critical_alert' | 'public_key';
  /** The how manieth time of this person today. */
  readonly nth: number;
}

/** People who are no full members of the workspace read a channel of ours. Closed: they do not any more. */
export interface AudienceDetail {
  readonly channelId: string;
  readonly channelName: string;
  /** What names it in policy.yml; absent: `channels.alerts`. */
  readonly setting?: PostingChannel['setting'];
  /** Ascending. */
  readonly guestIds: readonly string[];
  /** Other organizations are in it, or are invited. */
  readonly isShared: boolean;
}

/** Somebody says that a key is theirs, and a responder has to confirm it. */
export interface ClaimDetail {
  readonly lineageId: string;
  /** Who claims it. */
  readonly userId: string;
  readonly state: 'open' | 'confirmed' | 'declined';
  /** Actor text. */
  readonly settledBy: string | null;
}

/** What the first reads brought, as it was told to whoever installed Keysteward. Closed: it was told. */
export interface WelcomeDetail {
  /** Who was told; null while the reads are under way, and where the installation is older than the greeting. */
  readonly userId: string | null;
  readonly connections: readonly WelcomeConnection[];
  readonly unowned: number;
  readonly stale: number;
  /** In the last 31 days. */
  readonly spentMicroUsd: number;
}

export interface WelcomeConnection {
  readonly connectionId: string;
  readonly keys: number;
  /** What could not be read, in a person's words, and why. */
  readonly problems: readonly string[];
  /** Usage from before the last 31 days is still being read. */
  readonly isReadingOn: boolean;
}

/** Slack refuses what needs this scope. Closed: it is granted. */
export interface MissingScopeDetail {
  readonly scope: string;
  /** The Web API method that was refused. */
  readonly method: string;
}

/** What the rules would have told of a connection's past, once when it has been read. It is over when it is told. */
export interface BacktestDetail {
  readonly connectionId: string;
  readonly days: number;
  /** How many keys had traffic. */
  readonly replayed: number;
  readonly alerts: number;
  /** What another factor would have made of it. */
  readonly calmerFactor: number;
  readonly calmerAlerts: number;
  /** Most alerts first. */
  readonly worst: readonly { readonly lineageId: string; readonly alerts: number }[];
  /** How many more there are. */
  readonly others: number;
}

/** Keys that nobody owns, and of which nobody has said that they are theirs. Closed: each has an owner. */
export interface UnclaimedDetail {
  readonly lineageIds: readonly string[];
}

export interface NoticeDetails {
  readonly blind: BlindDetail;
  readonly downtime: DowntimeDetail;
  readonly unpriced: UnpricedDetail;
  readonly drift: DriftDetail;
  readonly break_glass: BreakGlassDetail;
  readonly audience: AudienceDetail;
  readonly claim: ClaimDetail;
  readonly unclaimed: UnclaimedDetail;
  readonly grant: GrantTold;
  readonly welcome: WelcomeDetail;
  readonly missing_scope: MissingScopeDetail;
  readonly finding: ConnectionFindingDetail;
  readonly backtest: BacktestDetail;
}

export type NoticeKind = keyof NoticeDetails;

/** A message for the channel that is not an alert: posted once, edited while its state lasts and when it ends. */
export interface NoticeOf<Kind extends NoticeKind> {
  readonly id: string;
  readonly kind: Kind;
  /** What it is about. Of each kind at most one per subject is open. */
  readonly subject: string;
  readonly detail: NoticeDetails[Kind];
  readonly openedAt: number;
  readonly updatedAt: number;
  readonly closedAt: number | null;
}

export type Notice = { [Kind in NoticeKind]: NoticeOf<Kind> }[NoticeKind];

/** A read that fails once is noise; after this many in a row people are told. */
export const MISSES_BEFORE_BLIND = 3;

export interface CaughtUp {
  readonly connectionId: string;
  readonly ok: boolean;
  readonly problem: string | null;
  readonly alertIds: readonly string[];
}

/** What a round of polls adds to a downtime that is being made up for. */
export function afterPolls(downtime: DowntimeDetail, polls: readonly CaughtUp[]): DowntimeDetail {
  const pollOf = new Map(polls.map((poll) => [poll.connectionId, poll]));
  const waitingFor: DowntimeDetail['waitingFor'][number][] = [];
  const unreadable = [...downtime.unreadable];
  const alertIds = new Set(downtime.alertIds);
  for (const waiting of downtime.waitingFor) {
    const poll = pollOf.get(waiting.connectionId);
    const missedPolls = waiting.missedPolls + (poll?.ok === false ? 1 : 0);
    if (poll?.ok) for (const alertId of poll.alertIds) alertIds.add(alertId);
    else if (missedPolls < MISSES_BEFORE_BLIND) waitingFor.push({ ...waiting, missedPolls });
    else unreadable.push({ connectionId: waiting.connectionId, problem: poll?.problem ?? '' });
  }
  return { ...downtime, waitingFor, unreadable, alertIds: [...alertIds] };
}
