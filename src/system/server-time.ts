export interface ServerTimeOptions {
  readonly now: () => number;
  readonly timeoutMs: number;
}

// The Date header counts in whole seconds: on the average half of one has passed.
const HALF_SECOND_MS = 500;

/**
 * How far our clock is ahead of a server's, from the Date header of whatever it answers; negative: behind. Null: it
 * does not say. No credential is sent. Throws where the server cannot be reached.
 */
export async function clockAhead(url: string, { now, timeoutMs }: ServerTimeOptions): Promise<number | null> {
  const sentAt = now();
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await fetch(url, { method: 'HEAD', redirect: 'manual', signal });
  const middleAt = (sentAt + now()) / 2;
  const serverAt = Date.parse(response.headers.get('date') ?? '');
  return Number.isNaN(serverAt) ? null : Math.round(middleAt - serverAt - HALF_SECOND_MS);
}
