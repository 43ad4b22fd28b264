import { AppError, type ErrorCode } from '../../domain/errors.ts';
import { SECOND_MS } from '../../domain/time.ts';
import { NoAnswer, retryAfterMs } from '../../webhooks/exchange.ts';
import type { HookLink } from './link.ts';

// A foreign text is evidence for the log, not a place for a whole page.
const MAX_DETAIL = 300;

/** After a write, silence does not mean that nothing happened. */
export type CallKind = 'read' | 'write';

/** An answer that is no success, as the wire gave it. */
export interface Refusal {
  readonly status: number;
  readonly headers: Pick<Headers, 'get'>;
  readonly text: string;
}

/** What a request threw that got no answer; anything else goes on as it is. */
export function silence(link: HookLink, kind: CallKind, thrown: unknown): unknown {
  if (!(thrown instanceof NoAnswer)) return thrown;
  if (kind === 'write' && thrown.wasSent) return unknownOutcome(link, thrown.message);
  const what = thrown.isTimeout
    ? `did not answer within ${link.timeoutMs / SECOND_MS} seconds`
    : `cannot be reached${thrown.why}`;
  return unavailable(link, { what, detail: thrown.message });
}

export function refusalError(link: HookLink, kind: CallKind, { status, headers, text }: Refusal): AppError {
  const detail = `HTTP ${status} ${text}`;
  const askedMs = retryAfterMs(headers);
  if (isRateLimit({ status, headers, text })) {
    return unavailable(link, { what: 'asks to slow down', detail, askedMs: askedMs ?? untilResetMs(headers) });
  }
  if (link.busy.has(status)) return unavailable(link, { what: `is busy (${status})`, detail, askedMs });
  if (status === 408 || status >= 500) {
    if (kind === 'write') return unknownOutcome(link, detail);
    return unavailable(link, { what: `has trouble of its own (${status})`, detail, askedMs });
  }
  if (status < 400) return rejected(link, `answers with a redirect (${status}), which is not followed`, detail);
  const advice = link.advice[status];
  return rejected(link, `refused it (${status})${advice === undefined ? '' : `: ${advice}`}`, detail);
}

/** Some services say 403 to those who ask too often. */
function isRateLimit({ status, headers }: Refusal): boolean {
  const isUsedUp = headers.get('retry-after') !== null || headers.get('x-ratelimit-remaining') === '0';
  return status === 429 || (status === 403 && isUsedUp);
}

function untilResetMs(headers: Refusal['headers']): number | undefined {
  const resetAt = Number(headers.get('x-ratelimit-reset') ?? Number.NaN) * SECOND_MS;
  const leftMs = resetAt - Date.parse(headers.get('date') ?? '');
  return leftMs > 0 ? Math.min(leftMs, 3_600 * SECOND_MS) : undefined;
}

interface Trouble {
  readonly what: string;
  readonly detail: string;
  readonly askedMs?: number | undefined;
}

export function unavailable(link: HookLink, { what, detail, askedMs }: Trouble): AppError {
  return hookError(link, {
    code: 'hook_unavailable',
    detail,
    says: `${what}. Nothing was changed by this try; it can be tried again.`,
    ...(askedMs === undefined ? {} : { retryAfterMs: askedMs }),
  });
}

export function rejected(link: HookLink, what: string, detail = what): AppError {
  return hookError(link, { code: 'hook_rejected', detail, says: `${what}. ${byHandText(link)}` });
}

export function unknownOutcome(link: HookLink, detail: string): AppError {
  const says = `did not confirm the deployment, so it may or may not run. Look before you start another one: ${link.look}.`;
  return hookError(link, { code: 'hook_outcome_unknown', detail, says });
}

/** An answer that says nothing we understand: it tells as much as silence. */
export function oddAnswer(link: HookLink, kind: CallKind, detail: unknown): AppError {
  const words = `the answer is not what it should be: ${detail instanceof Error ? detail.message : String(detail)}`;
  if (kind === 'write') return unknownOutcome(link, words);
  return unavailable(link, { what: 'does not answer as it should', detail: words });
}

/** Several runs could be the one of a request. */
export function ambiguous(link: HookLink, count: number): AppError {
  return hookError(link, {
    code: 'hook_outcome_unknown',
    detail: `${count} runs could be it`,
    says: `shows ${count} runs that could be this deployment. Look which one it is: ${link.look}.`,
  });
}

export function byHandText({ byHand }: Pick<HookLink, 'byHand'>): string {
  return `By hand: ${byHand.join(' ')}`;
}

interface Words {
  readonly code: ErrorCode;
  readonly detail: string;
  /** Goes on after the hook's name. */
  readonly says: string;
  readonly retryAfterMs?: number;
}

// Never with the foreign error as its cause: that one carries addresses, headers and bodies.
function hookError({ name, title, scrub }: HookLink, { code, detail, says, ...extra }: Words): AppError {
  return new AppError({
    code,
    message: `deploy hook ${name}: ${scrub(detail).replace(/\s+/g, ' ').trim().slice(0, MAX_DETAIL)}`,
    publicMessage: `${title} (deploy hook ${name}) ${says}`,
    ...extra,
  });
}
