import OpenAI from 'openai';
import type { ClientOptions } from '../lib/call.ts';
import { createGuardedFetch, PLACEHOLDER_KEY } from '../lib/guarded-fetch.ts';
import { createSdkLogger } from '../lib/sdk-logger.ts';

/** A client for one admin key. Every option that would otherwise be read from the environment is given. */
export function createOpenaiClient({ baseUrl, key, link, transport }: ClientOptions): OpenAI {
  return new OpenAI({
    adminAPIKey: PLACEHOLDER_KEY,
    apiKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    baseURL: baseUrl,
    maxRetries: 0,
    timeout: transport.timeoutMs,
    logLevel: 'warn',
    logger: createSdkLogger(link.logger, link.scrub),
    fetch: createGuardedFetch({ baseUrl, key }),
  });
}
