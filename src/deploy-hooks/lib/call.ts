import type { z } from 'zod';
import type { Secret } from '../../domain/secret.ts';
import { exchange, type Outgoing, readText } from '../../webhooks/exchange.ts';
import { type CallKind, oddAnswer, refusalError, silence } from './hook-error.ts';
import type { HookLink } from './link.ts';

export interface HookCall extends Omit<Outgoing, 'timeoutMs'> {
  readonly url: Secret;
  readonly kind: CallKind;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The server's own time; null where it does not say. */
  readonly serverAt: number | null;
}

/** One request whose answer is a success; everything else is thrown as an AppError. */
export async function call(link: HookLink, { url, kind, ...outgoing }: HookCall): Promise<Answer> {
  try {
    const response = await exchange(url, { ...outgoing, timeoutMs: link.timeoutMs });
    const { status, headers } = response;
    const text = await readText(response);
    if (!response.ok) throw refusalError(link, kind, { status, headers, text });
    const sentAt = Date.parse(headers.get('date') ?? '');
    return { status, headers, text, serverAt: Number.isNaN(sentAt) ? null : sentAt };
  } catch (thrown) {
    throw silence(link, kind, thrown);
  }
}

/** As `call`, with the answer's JSON as the schema reads it. */
export async function callJson<Schema extends z.ZodType>(
  link: HookLink,
  schema: Schema,
  hookCall: HookCall,
): Promise<z.output<Schema>> {
  const { text } = await call(link, hookCall);
  return readAs(link, schema, { kind: hookCall.kind, body: jsonOf(text), text });
}

export interface Received {
  readonly kind: CallKind;
  readonly body: unknown;
  /** For the log. */
  readonly text?: string;
}

/** What arrived, as the schema reads it; an answer of another shape tells nothing, as silence does. */
export function readAs<Schema extends z.ZodType>(
  link: HookLink,
  schema: Schema,
  { kind, body, text = '' }: Received,
): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw oddAnswer(link, kind, text);
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function bearer(token: Secret): Readonly<Record<string, string>> {
  return { accept: 'application/json', authorization: `Bearer ${token.reveal()}` };
}
