import { jsonArg } from './http-body.ts';
import { asObject, type JsonObject } from './json.ts';
import { methods } from './methods/index.ts';
import type { Platform } from './platform.ts';
import { bodyOfError, SlackError } from './slack-error.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject | string;
}

export interface ApiRequest {
  readonly method: string;
  /** Undefined when the body was not what its content type said. */
  readonly args: JsonObject | undefined;
  readonly authorization: string | undefined;
}

/** Answers one Web API call and writes it to the log of calls. */
export function answerCall(platform: Platform, request: ApiRequest): Reply {
  const { token: _token, ...args } = request.args ?? {};
  const scopes = { 'x-oauth-scopes': platform.workspace.seed.app.scopes.join(',') };
  try {
    if (request.args === undefined) throw new SlackError('invalid_json');
    const result = run(platform, request);
    log(platform, { method: request.method, args });
    return { status: 200, headers: scopes, body: { ok: true, ...result } };
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    log(platform, { method: request.method, args, error: error.code });
    const { status = 200, retryAfterS } = error.detail;
    const retry: Record<string, string> = retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) };
    return { status, headers: { ...scopes, ...retry }, body: bodyOfError(error) };
  }
}

function run(platform: Platform, { method: name, args = {}, authorization }: ApiRequest): JsonObject {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (method === undefined) throw new SlackError('unknown_method', { fields: { req_method: name } });
  const { app } = platform.workspace.seed;
  const token = authorization?.replace(/^Bearer\s+/i, '') ?? args['token'];
  if (token === undefined || token === '') throw new SlackError('not_authed');
  if (token !== app.botToken && token !== app.appToken) throw new SlackError('invalid_auth');
  const wanted = method.token === 'app' ? app.appToken : app.botToken;
  if (token !== wanted) throw new SlackError('not_allowed_token_type');
  const needed = method.scope?.(platform, args);
  if (needed !== undefined && !app.scopes.includes(needed)) {
    throw new SlackError('missing_scope', { fields: { needed, provided: app.scopes.join(',') } });
  }
  return method.run(platform, args);
}

/** Notes a call with its structured arguments parsed, so that tests can look into them. */
export function log(platform: Platform, call: { method: string; args: JsonObject; error?: string }): void {
  const args = Object.fromEntries(Object.entries(call.args).map(([key, value]) => [key, readable(key, value)]));
  const { method, error } = call;
  const outcome = error === undefined ? { ok: true } : { ok: false, error };
  platform.calls.push({ method, args, ...outcome, at: platform.clock.now() });
}

const STRUCTURED = new Set(['blocks', 'attachments', 'metadata', 'view', 'files']);

function readable(key: string, value: unknown): unknown {
  return STRUCTURED.has(key) ? (jsonArg(value) ?? value) : value;
}

/** Answers a post to a response URL. */
export function answerResponse(act: () => void): Reply {
  try {
    act();
    return { status: 200, headers: {}, body: 'ok' };
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    const { status = 400 } = error.detail;
    return { status, headers: {}, body: bodyOfError(error) };
  }
}

export function parseJson(body: Buffer): JsonObject {
  return asObject(jsonArg(body.toString('utf8')));
}
