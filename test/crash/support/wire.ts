/** What the child is told at its start. */
export interface Setting {
  /** Business time. */
  readonly now: number;
  readonly databasePath: string;
  readonly slackUrl: string;
  /** By provider id: one connection each. */
  readonly providerUrls: Readonly<Record<string, string>>;
  readonly policy: string;
  /** Where webhooks go; none if not given. */
  readonly outlets?: { readonly pagerDutyUrl: string; readonly webhookUrl: string };
  /** Where the deploy hook called `web` goes; none if not given. */
  readonly deployUrl?: string;
}

/** From the parent, which drives the story, to the child, which runs the app. */
export type ToChild =
  | { readonly type: 'start'; readonly setting: Setting }
  /** Time goes on to `at`, and the minute ticks. */
  | { readonly type: 'jump'; readonly at: number }
  /** To be answered when nothing is being worked on. */
  | { readonly type: 'settle'; readonly turn: number }
  | { readonly type: 'stop' };

export type FromChild =
  | { readonly type: 'started' }
  | { readonly type: 'settled'; readonly turn: number; readonly nextDueAt: number }
  /** Warnings and errors. */
  | { readonly type: 'log'; readonly line: string }
  | { readonly type: 'failed'; readonly problem: string };

/** The descriptor on which the child asks, and waits, before and after each commit. */
export const GATE_FD = 4;

/** One line on that descriptor; the answer is one byte. */
export interface CommitNews {
  readonly label: string;
  readonly phase: 'before' | 'after';
}

export const PROVIDER_KEY = 'crash-admin-key';
export const INSTALLATION_SECRET = 'crash-installation-secret';
