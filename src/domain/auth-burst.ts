import { z } from 'zod';

/** The id that both detectors of refusals share: with a key, and with a password. */
export const AUTH_FAILURES = 'auth-failures';

/** Of refused requests with a key, and of failed log-ins. */
export const authFailureSettings = z.strictObject({
  /** So many refusals or more … */
  count: z.int().min(2).default(10),
  /** … within so many minutes. */
  minutes: z.number().positive().default(10),
});
export type AuthFailureSettings = z.infer<typeof authFailureSettings>;

/** What a key without the right is answered with. */
export const REFUSED: ReadonlySet<number> = new Set([401, 403]);

export function isSuccess(statusCode: number): boolean {
  return statusCode >= 200 && statusCode < 300;
}

export interface Burst {
  readonly from: number;
  /** When there were enough of them. */
  readonly reachedAt: number;
}

/** The first `count` failures within `withinMs`; null: there are not so many at once. `failures` ascend. */
export function findBurst(failures: readonly { readonly at: number }[], count: number, withinMs: number): Burst | null {
  for (let last = count - 1; last < failures.length; last += 1) {
    const from = failures[last - count + 1]?.at ?? 0;
    const reachedAt = failures[last]?.at ?? 0;
    if (reachedAt - from <= withinMs) return { from, reachedAt };
  }
  return null;
}
