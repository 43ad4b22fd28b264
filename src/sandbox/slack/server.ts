import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerCall, answerResponse, log, parseJson, type Reply } from './api.ts';
import { type Fault, RESPONSE_URL } from './faults.ts';
import type { HostedHandlers } from './host.ts';
import { parseArgs, readBody } from './http-body.ts';
import type { Platform } from './platform.ts';
import { respond } from './response-url.ts';
import { SlackError } from './slack-error.ts';

/** The Web API, response URLs, uploads and Socket Mode, for whichever server they arrive at. */
export function handlersOf(platform: Platform): HostedHandlers {
  return {
    request: (request, response) => {
      const end = platform.inFlight.begin();
      response.on('close', end);
      handle(platform, request, response).catch((error: unknown) => {
        // A fault of the stand-in itself: loud, and not one of Slack's answers.
        response.statusCode = 500;
        response.end(`stand-in failed: ${error instanceof Error ? error.stack : String(error)}`);
      });
    },
    upgrade: (request, stream, head) => platform.sockets.upgrade(request, stream, head),
  };
}

async function handle(platform: Platform, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request);
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const [, area, ...rest] = pathname.split('/');
  const name = rest.join('/');
  if (area === 'file' && request.method === 'GET') {
    sendBytes(platform, { id: name, authorization: request.headers.authorization }, response);
    return;
  }
  const apply = applierFor({ platform, request, body, area: area ?? '', name });
  if (apply === undefined) {
    send(response, { status: 404, headers: {}, body: 'not found' });
    return;
  }
  const darkness = platform.faults.darkAt(platform.clock.now());
  if (darkness !== undefined) {
    log(platform, { method: area === 'api' ? name : String(area), args: {}, error: 'dark' });
    await fail({ kind: 'status', status: darkness.status }, response, apply);
    return;
  }
  const fault = platform.faults.take(
    area === 'api' ? name : area === 'response' ? RESPONSE_URL : 'upload',
    String(body),
  );
  if (fault === undefined) {
    send(response, await apply());
    return;
  }
  log(platform, { method: area === 'api' ? name : String(area), args: {}, error: `fault:${fault.kind}` });
  await fail(fault, response, apply);
}

interface Routed {
  readonly platform: Platform;
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly area: string;
  readonly name: string;
}

function applierFor({ platform, request, body, area, name }: Routed): (() => Promise<Reply>) | undefined {
  if (area === 'api') {
    const { authorization } = request.headers;
    return async () => answerCall(platform, { method: name, args: parseArgs(request, body), authorization });
  }
  if (area === 'response' && request.method === 'POST') {
    return async () => answerResponse(() => takeResponse(platform, name, body));
  }
  if (area === 'upload' && request.method === 'POST') return () => upload({ platform, request, body, area, name });
  return undefined;
}

function takeResponse(platform: Platform, id: string, body: Buffer): void {
  const args = parseJson(body);
  try {
    respond(platform, platform.interactions.useResponse(id), args);
    log(platform, { method: RESPONSE_URL, args });
  } catch (error) {
    if (error instanceof SlackError) log(platform, { method: RESPONSE_URL, args, error: error.code });
    throw error;
  }
}

async function fail(fault: Fault, response: ServerResponse, apply: () => Promise<Reply>): Promise<void> {
  switch (fault.kind) {
    case 'status': {
      const retryAfter = fault.retryAfterS === undefined ? {} : { 'retry-after': String(fault.retryAfterS) };
      const error = fault.status === 429 ? 'ratelimited' : 'internal_error';
      send(response, { status: fault.status, headers: { ...retryAfter }, body: { ok: false, error } });
      return;
    }
    case 'error':
      send(response, { status: 200, headers: {}, body: { ok: false, error: fault.error } });
      return;
    case 'cut':
      if (fault.when === 'after') await apply();
      response.destroy();
      return;
    case 'hang':
      if (fault.when === 'after') await apply();
  }
}

function send(response: ServerResponse, { status, headers, body }: Reply): void {
  const isText = typeof body === 'string';
  response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json; charset=utf-8', ...headers });
  response.end(isText ? body : JSON.stringify(body));
}

/** Whoever has no right to files is sent to log in, with a page that looks like an answer. */
function sendBytes(
  { workspace }: Platform,
  { id, authorization }: { id: string; authorization: string | undefined },
  response: ServerResponse,
): void {
  const { app } = workspace.seed;
  const file = workspace.files.get(id);
  const may = authorization === `Bearer ${app.botToken}` && app.scopes.includes('files:read');
  if (!may) {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>Sign in</html>');
    return;
  }
  if (file?.bytes === undefined) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'content-type': file.mimetype }).end(file.bytes);
}

/** Takes the bytes of a file, as a raw body or as the one part of a form. */
async function upload({ platform, request, body, name }: Routed): Promise<Reply> {
  const file = platform.workspace.files.get(name);
  if (file === undefined) return { status: 404, headers: {}, body: 'no such upload' };
  const bytes = await bytesOf(request.headers['content-type'] ?? '', body);
  if (bytes.byteLength !== file.size) return { status: 400, headers: {}, body: 'length does not match' };
  platform.workspace.files.set(name, { ...file, bytes });
  return { status: 200, headers: {}, body: `OK - ${bytes.byteLength}` };
}

async function bytesOf(contentType: string, body: Buffer): Promise<Uint8Array> {
  if (!contentType.startsWith('multipart/form-data')) return body;
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  const [part] = [...form.values()];
  if (part === undefined) return new Uint8Array();
  return typeof part === 'string' ? Buffer.from(part) : new Uint8Array(await part.arrayBuffer());
}
