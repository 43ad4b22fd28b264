import Anthropic from '@anthropic-ai/sdk';
import type { ClientOptions } from '../lib/call.ts';
import { createGuardedFetch, PLACEHOLDER_KEY } from '../lib/guarded-fetch.ts';
import { createSdkLogger } from '../lib/sdk-logger.ts';

// The answer shapes below belong to this version; the environment must not be able to pick another.
const API_VERSION = '2026-10-21';
// The SDK names these by itself, but its headers never reach the wire: the environment could have changed them.
const BETAS: readonly (readonly [path: string, beta: string])[] = [
  ['/v1/organizations/analytics/', 'analytics-usage-cost-2026-08-24'],
  ['/v1/organizations/spend_limits', 'spend-limit-reads-2026-09-26'],
];

/** A client for one admin key. Every option that would otherwise be read from the environment or a profile is given. */
export function createAnthropicClient({ baseUrl, key, link, transport }: ClientOptions): Anthropic {
  return new Anthropic({
    apiKey: PLACEHOLDER_KEY,
    authToken: null,
    webhookKey: null,
    baseURL: baseUrl,
    maxRetries: 0,
    timeout: transport.timeoutMs,
    logLevel: 'warn',
    logger: createSdkLogger(link.logger, link.scrub),
    openTelemetry: false,
    fetch: createGuardedFetch({
      baseUrl,
      key,
      headers: { 'anthropic-version': API_VERSION },
      pathHeaders: betaHeaders,
    }),
  });
}

function betaHeaders(path: string): Readonly<Record<string, string>> {
  const beta = BETAS.find(([prefix]) => path.includes(prefix))?.[1];
  return beta === undefined ? {} : { 'anthropic-beta': beta };
}
