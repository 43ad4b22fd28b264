import { AppError } from '../../domain/errors.ts';
import type { Scrub } from '../../domain/scrub.ts';
import type { Secret } from '../../domain/secret.ts';
import type { Logger } from '../../ports/logger.ts';
import { type CallContext, hasErrorCode, MalformedAnswer, toProviderError } from './provider-error.ts';

/** What every call of one connection shares. */
export interface Link {
  readonly title: string;
  readonly connectionId: string;
  readonly logger: Logger;
  readonly scrub: Scrub;
}

/** Settings of the wire that only tests change. */
export interface Transport {
  readonly timeoutMs: number;
}

export const DEFAULT_TRANSPORT: Transport = { timeoutMs: 10_000 };

export interface Call {
  readonly operation: string;
  readonly kind: 'read' | 'write';
  readonly signal?: AbortSignal | undefined;
  /** A better sentence for the person than the general one when the provider refuses. */
  readonly explainRefusal?: (thrown: unknown) => Promise<string | undefined>;
  /** The provider's codes for "this organization does not have this", and what to do instead. */
  readonly notEnabled?: { readonly codes: ReadonlySet<string>; readonly message: string };
}

/** What a client of one credential is built from. */
export interface ClientOptions {
  readonly baseUrl: string;
  readonly key: Secret;
  readonly link: Link;
  readonly transport: Transport;
}

/** The part of an SDK promise that gives the raw answer: the SDK's own page classes take any body for an empty list. */
export interface Answer {
  asResponse(): Promise<Response>;
}

export interface DatedBody {
  readonly body: unknown;
  /** The server's own time, from its Date header; null where it does not say. */
  readonly serverAt: number | null;
}

/** Sends one request and gives its JSON body; throws AppError only. */
export async function callJson(link: Link, call: Call, send: () => Answer): Promise<unknown> {
  return (await callDated(link, call, send)).body;
}

/** As `callJson`, with the server's time: a connection has no clock of its own. */
export async function callDated(link: Link, call: Call, send: () => Answer): Promise<DatedBody> {
  return guard(link, call, async () => {
    const response = await send().asResponse();
    const text = await response.text();
    const sentAt = Date.parse(response.headers.get('date') ?? '');
    try {
      const body: unknown = JSON.parse(text);
      return { body, serverAt: Number.isNaN(sentAt) ? null : sentAt };
    } catch {
      throw new MalformedAnswer(`the answer is not JSON (${text.length} characters)`);
    }
  });
}

/** Runs provider work and translates what it throws. */
export async function guard<T>(link: Link, call: Call, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    const context: CallContext = {
      title: link.title,
      connectionId: link.connectionId,
      operation: call.operation,
      kind: call.kind,
      scrub: link.scrub,
      signal: call.signal,
    };
    const { notEnabled } = call;
    const error = toProviderError(thrown, context);
    if (notEnabled !== undefined && hasErrorCode(thrown, notEnabled.codes)) {
      throw new AppError({ code: 'not_supported', message: error.message, publicMessage: notEnabled.message });
    }
    if (error.code !== 'provider_rejected' || call.explainRefusal === undefined) throw error;
    throw toProviderError(thrown, { ...context, rejectedMessage: await call.explainRefusal(thrown) });
  }
}

/** The signal as request options; absent, not undefined, where there is none. */
export function signalOption(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
