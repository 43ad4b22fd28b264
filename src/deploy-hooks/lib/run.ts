import { MINUTE_MS, SECOND_MS } from '../../domain/time.ts';
import type { DeployRequest, DeployRun, DeployState } from '../../ports/deploy-hook.ts';
import { ambiguous } from './hook-error.ts';
import type { HookLink } from './link.ts';

const MAX_PROBLEM = 200;

export interface RunFacts {
  readonly ref: string | null;
  readonly url?: string | null | undefined;
  readonly state?: DeployState;
  readonly problem?: string | null | undefined;
}

/** A run as we tell it: an address that people may open, and foreign words cut short and without secrets. */
export function runOf(link: HookLink, { ref, url, state = 'running', problem }: RunFacts): DeployRun {
  const words = problem === undefined || problem === null ? '' : link.scrub(problem).replace(/\s+/g, ' ').trim();
  return { ref, url: shownUrl(link, url ?? null), state, problem: words === '' ? null : words.slice(0, MAX_PROBLEM) };
}

function shownUrl({ scrub }: HookLink, url: string | null): string | null {
  if (url === null || !URL.canParse(url) || !/^https?:/i.test(url)) return null;
  return scrub(url) === url ? url : null;
}

/** A request whose run has no name yet, because the service does not tell one at once. */
export interface Awaited {
  readonly requestId: string;
  /** The run cannot be older. */
  readonly since: number;
  /** Nor younger, where it is known when it was asked for. */
  readonly until?: number;
}

// A run is listed soon after it was asked for; one that is much younger is somebody else's.
const LISTED_WITHIN_MS = 5 * MINUTE_MS;
// Our clock and theirs may differ by so much.
const SKEW_MS = 30 * SECOND_MS;
// Services tell whole seconds.
const GRAIN_MS = 2 * SECOND_MS;
const AWAITED = /^awaited:(\d+):(.+)$/;

export function awaitedRef({ requestId, since }: Awaited): string {
  return `awaited:${since}:${requestId}`;
}

/** Undefined where the ref is the run's own name. */
export function readAwaited(ref: string): Awaited | undefined {
  const [, since, requestId] = AWAITED.exec(ref) ?? [];
  if (since === undefined || requestId === undefined) return undefined;
  return { requestId, since: Number(since), until: Number(since) + LISTED_WITHIN_MS };
}

export function isWithin({ since, until = Number.POSITIVE_INFINITY }: Awaited, at: number): boolean {
  return at >= since && at <= until;
}

/** Where the service did not tell its own time, the request's own, less what clocks differ by. */
export function awaitedOf({ id, at }: DeployRequest): Awaited {
  return { requestId: id, since: at - SKEW_MS };
}

/** What was asked for just now, by the time of the service that took it. */
export function awaitedNow(request: DeployRequest, serverAt: number | null): Awaited {
  return { requestId: request.id, since: serverAt === null ? awaitedOf(request).since : serverAt - GRAIN_MS };
}

/** The only candidate, null for none; several are an error, since a guess would follow somebody else's run. */
export function onlyOne<T>(link: HookLink, candidates: readonly T[]): T | null {
  if (candidates.length > 1) throw ambiguous(link, candidates.length);
  return candidates[0] ?? null;
}

export interface Traits {
  readonly startedAt: number;
  /** It carries the request's id. */
  readonly isNamed?: boolean;
  /** It may have been started by this hook. */
  readonly isLikely: boolean;
}

/** Of what a service lists, the run of a request: by its id, else the only one that can be it. */
export function choose<T>(
  link: HookLink,
  { listed, awaited }: { readonly listed: readonly T[]; readonly awaited: Awaited },
  traitsOf: (one: T) => Traits,
): T | null {
  const named = listed.filter((one) => traitsOf(one).isNamed === true);
  if (named.length > 0) return onlyOne(link, named);
  const likely = listed.filter((one) => {
    const { isLikely, startedAt } = traitsOf(one);
    return isLikely && isWithin(awaited, startedAt);
  });
  return onlyOne(link, likely);
}
