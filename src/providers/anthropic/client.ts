import Anthropic from '@anthropic-ai/sdk';
import type { ClientOptions } from '../lib/call.ts';
import { createGuardedFetch, PLACEHOLDER_KEY } from '../lib/guarded-fetch.ts';
import { createSdkLogger } from '../lib/sdk-logger.ts';

// The answer shapes below belong to this version; the environment must not be able to pick another.
const API_VERSION = '2026-10-21';

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
    fetch: createGuardedFetch({ baseUrl, key, headers: { 'anthropic-version': API_VERSION } }),
  });
}
