import type { ErrorCode } from '../domain/errors.ts';

/** Counts what happens, for whoever watches Keysteward from outside. Takes words of our own only, never a key's or person's. */
export interface Meter {
  polled(providerId: string, outcome: 'ok' | 'failed'): void;
  providerFailed(providerId: string, code: ErrorCode): void;
  /** `code` is one of a list of ours, or `other`. */
  slackFailed(code: string): void;
  answered(route: string, status: number): void;
}
