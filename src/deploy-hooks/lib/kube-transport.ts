import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { RequestContext } from '@kubernetes/client-node';
import { toError } from '../../domain/errors.ts';
import { NoAnswer } from '../../webhooks/exchange.ts';
import { refusalError, silence } from './hook-error.ts';
import type { HookLink } from './link.ts';

const MAX_BYTES = 16 * 1024 * 1024;

export interface KubeAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly text: string;
}

/** The client's own transport follows redirects and waits for ever; this one does neither. Certificates are its agent's. */
export async function sendToCluster(
  link: HookLink,
  context: RequestContext,
  signal: AbortSignal | undefined,
): Promise<KubeAnswer> {
  const kind = context.getHttpMethod() === 'GET' ? 'read' : 'write';
  const inTime = AbortSignal.timeout(link.timeoutMs);
  const ended = signal === undefined ? inTime : AbortSignal.any([inTime, signal]);
  const answer = await exchange(context, ended).catch((thrown: unknown) => {
    throw silence(link, kind, thrown instanceof NoAnswer ? thrown : lost(toError(thrown)));
  });
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw refusalError(link, kind, { ...answer, headers: new Headers(answer.headers) });
}

/** An abort has its signal's reason as its cause. */
function lost(thrown: Error): NoAnswer {
  return new NoAnswer(thrown.name === 'AbortError' ? thrown.cause : thrown);
}

async function exchange(context: RequestContext, signal: AbortSignal): Promise<KubeAnswer> {
  const url = new URL(context.getUrl());
  const send = url.protocol === 'http:' ? httpRequest : httpsRequest;
  const agent = context.getAgent();
  const body = context.getBody();
  return new Promise((resolve, reject) => {
    const options = {
      method: context.getHttpMethod(),
      headers: context.getHeaders(),
      signal,
      ...(agent ? { agent } : {}),
    };
    const request = send(url, options, (response) => {
      readBody(response).then((text) => resolve(answerOf(response, text)), reject);
    });
    request.on('error', reject);
    request.end(typeof body === 'string' ? body : undefined);
  });
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    length += chunk.length;
    if (length > MAX_BYTES) throw new NoAnswer(new Error('too long'));
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function answerOf({ statusCode = 0, headers }: IncomingMessage, text: string): KubeAnswer {
  const single = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
  return { status: statusCode, headers: Object.fromEntries(single), text };
}
