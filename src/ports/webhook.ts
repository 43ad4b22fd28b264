import type { AlertState } from '../domain/alert.ts';
import type { Severity } from '../domain/finding.ts';

/** `note`: something changed that the other side should know, such as the loss having doubled. */
export const PAGE_KINDS = ['trigger', 'acknowledge', 'resolve', 'note'] as const;
export type PageKind = (typeof PAGE_KINDS)[number];

/** What a system outside of Slack is told of an alert. Plain text, rounded money, nothing secret. */
export interface Page {
  /** The same in every try: the other side can drop repeats by it. */
  readonly id: string;
  readonly kind: PageKind;
  readonly at: number;
  readonly alert: {
    readonly id: string;
    /** `KS-142`. */
    readonly name: string;
    readonly state: AlertState;
    readonly severity: Severity;
    readonly isTest: boolean;
    readonly headline: string;
    readonly reason: string;
    readonly startedAt: number;
    readonly openedAt: number;
    readonly dataUntil: number;
    readonly lostMicroUsd: number;
    /** Rounded, in the display currency. */
    readonly lost: string;
    readonly detectors: readonly string[];
  };
  readonly key: {
    /** What people call it. */
    readonly name: string;
    /** Ours; null where it is not known which key it is. */
    readonly id: string | null;
    readonly hint: string | null;
    readonly provider: string;
    readonly scope: string | null;
    readonly environment: string;
    readonly ownerSlackId: string | null;
  };
  /** The message in Slack; null while there is none. */
  readonly messageUrl: string | null;
}

/** Somewhere that alerts are told besides Slack. */
export interface Webhook {
  /** `pagerduty`, `webhook`. */
  readonly id: string;
  readonly title: string;
  /** All that may be shown of its address. */
  readonly host: string;
  /** A trigger wakes nobody there while what it is about counts as acknowledged. */
  readonly staysAcknowledged?: boolean;
  /** Throws an AppError: `webhook_unavailable` may be tried again, `webhook_rejected` not. */
  send(page: Page): Promise<void>;
}

/** Somebody outside who notices when it stops. */
export interface Heartbeat {
  readonly host: string;
  /** Throws an AppError. */
  beat(): Promise<void>;
}

/** The ways out besides Slack, and whether Slack is there. */
export interface Outlets {
  readonly webhooks: readonly Webhook[];
  readonly heartbeat: Heartbeat | null;
  slackReached(): boolean;
  /** Where people can open a message; null where that is not known. */
  messageUrl(place: { readonly channel: string; readonly ts: string }): string | null;
}

export interface PageRepo {
  /** What the target was told last of this alert. */
  get(target: string, alertId: string): Promise<PageKind | null>;
  put(page: {
    readonly target: string;
    readonly alertId: string;
    readonly kind: PageKind;
    readonly sentAt: number;
  }): Promise<void>;
}

/** How a webhook or the heartbeat fares. */
export interface OutletState {
  readonly id: string;
  readonly sentAt: number | null;
  readonly failingSince: number | null;
  readonly problem: string | null;
}

export interface OutletRepo {
  get(id: string): Promise<OutletState | undefined>;
  put(state: OutletState): Promise<void>;
}
