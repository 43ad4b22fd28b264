import type { ErrorCode } from '../../src/domain/errors.ts';
import type { Received, Reply } from '../providers/support/loopback.ts';
import type { ProviderCase } from './provider-case.ts';

export interface Fault {
  readonly name: string;
  readonly status?: number;
  reply(testCase: ProviderCase, request: Received): Reply;
  readonly read: ErrorCode;
  readonly write: ErrorCode;
}

// Each answer repeats the key that it was asked with, as a careless proxy would.
export const FAULTS: readonly Fault[] = [
  status(401, 'provider_auth', 'provider_auth'),
  status(403, 'provider_denied', 'provider_denied'),
  status(404, 'provider_not_found', 'provider_not_found'),
  status(400, 'provider_rejected', 'provider_rejected'),
  status(408, 'provider_unavailable', 'provider_outcome_unknown'),
  status(409, 'provider_rejected', 'provider_rejected'),
  status(422, 'provider_rejected', 'provider_rejected'),
  status(429, 'provider_rate_limited', 'provider_rate_limited'),
  status(500, 'provider_unavailable', 'provider_outcome_unknown'),
  status(529, 'provider_unavailable', 'provider_outcome_unknown'),
  {
    name: 'a 429 that waiting does not cure',
    reply: (testCase, { headers }) => ({
      status: 429,
      json: testCase.errorBody(`no credit ${keyOf(headers)}`, testCase.terminalCode),
    }),
    read: 'provider_quota',
    write: 'provider_quota',
  },
  {
    name: "a proxy's 404 page",
    reply: () => ({ status: 404, text: '<html>not here</html>', headers: { 'content-type': 'text/html' } }),
    read: 'provider_unavailable',
    write: 'provider_outcome_unknown',
  },
  {
    name: 'a web page instead of an answer',
    reply: (_, { headers }) => ({
      status: 200,
      text: `<html>${keyOf(headers)}</html>`,
      headers: { 'content-type': 'text/html' },
    }),
    read: 'provider_unavailable',
    write: 'provider_outcome_unknown',
  },
  {
    name: 'malformed JSON',
    reply: (_, { headers }) => ({ status: 200, text: `{"data":[{"id":"${keyOf(headers)}"` }),
    read: 'provider_unavailable',
    write: 'provider_outcome_unknown',
  },
  {
    name: 'an answer of another shape',
    reply: (_, { headers }) => ({ status: 200, json: { value: keyOf(headers) } }),
    read: 'provider_unavailable',
    write: 'provider_outcome_unknown',
  },
  {
    name: 'a connection that is cut before any answer',
    reply: () => ({ cut: true }),
    read: 'provider_unavailable',
    write: 'provider_outcome_unknown',
  },
  {
    name: 'half a page and a cut connection',
    reply: (_, { headers }) => ({ cutAfter: `{"data":[{"id":"${keyOf(headers)}"}` }),
    read: 'provider_unavailable',
    write: 'provider_outcome_unknown',
  },
  {
    name: 'a redirect to another address',
    reply: (_, { path }) => ({ status: 307, text: '', headers: { location: `/elsewhere${path}` } }),
    read: 'provider_unavailable',
    write: 'provider_outcome_unknown',
  },
  {
    name: 'silence',
    reply: () => ({ hang: true }),
    read: 'provider_unavailable',
    write: 'provider_outcome_unknown',
  },
  {
    name: 'silence in the middle of the body',
    reply: () => ({ hang: true, headersFirst: true }),
    read: 'provider_unavailable',
    write: 'provider_outcome_unknown',
  },
];

function keyOf(headers: Received['headers']): string {
  return headers.authorization?.replace('Bearer ', '') ?? '';
}

function status(code: number, read: ErrorCode, write: ErrorCode): Fault {
  return {
    name: `HTTP ${code}`,
    status: code,
    reply: (testCase, { headers }) => ({ status: code, json: testCase.errorBody(`bad key ${keyOf(headers)}`) }),
    read,
    write,
  };
}
