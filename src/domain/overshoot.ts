import { HOUR_MS, MINUTE_MS } from './time.ts';

/** From the decision to the provider's refusal: the action, and until its servers have heard of it. */
export const ENFORCE_MS = 3 * MINUTE_MS;
/** How late a provider's own cap refuses: nobody gives a figure, all say "some minutes". */
export const PROVIDER_LATE_MS = 15 * MINUTE_MS;

/** What lies between a cap that is reached and somebody, or something, that acts on it. */
export interface Unseen {
  /** How old the newest usage is that is known. */
  readonly lagMs: number;
  /** Until the next look at the latest. */
  readonly pollMs: number;
  /** What a stop takes once it is decided; zero where nothing stops. */
  readonly enforceMs: number;
}

/** What can be spent beyond a cap at a rate. The one place where this is worked out. */
export function overshootOf(hourMicroUsd: number, unseen: Unseen): number {
  return Math.round((hourMicroUsd * unseenMs(unseen)) / HOUR_MS);
}

export function unseenMs({ lagMs, pollMs, enforceMs }: Unseen): number {
  return lagMs + pollMs + enforceMs;
}
