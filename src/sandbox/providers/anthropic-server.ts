import type { IncomingHttpHeaders } from 'node:http';
import type { AnthropicStandInOptions } from './anthropic-options.ts';
import { bearerOf } from './openai-server.ts';
import type { ApiProblem } from './problem.ts';
import { anthropicActivityRoutes } from './routes/anthropic-activities.ts';
import { anthropicAnalyticsRoutes } from './routes/anthropic-analytics.ts';
import { anthropicCostRoutes } from './routes/anthropic-costs.ts';
import { anthropicKeyRoutes } from './routes/anthropic-keys.ts';
import { anthropicLimitRoutes } from './routes/anthropic-limits.ts';
import { anthropicOrganizationRoutes } from './routes/anthropic-organization.ts';
import { anthropicUsageRoutes } from './routes/anthropic-usage.ts';
import { type StandIn, startStandIn } from './stand-in.ts';

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

/** Starts a stand-in for Anthropic's admin API; its url has no /v1, since the SDK's paths do. */
export function startAnthropicStandIn(options: AnthropicStandInOptions): Promise<StandIn> {
  return startStandIn({
    clock: options.clock,
    port: options.port ?? 0,
    adminKeys: options.adminKeys,
    basePath: '',
    credentialOf,
    renderProblem,
    headersFor: (requestId) => ({ 'request-id': requestId, 'anthropic-organization-id': 'org-acme-simulated' }),
    routes: [
      ...anthropicKeyRoutes(options),
      ...anthropicOrganizationRoutes(options),
      ...anthropicUsageRoutes(options),
      ...anthropicCostRoutes(options),
      ...anthropicAnalyticsRoutes(options),
      ...anthropicLimitRoutes(options),
      ...anthropicActivityRoutes(options),
    ],
  });
}

function credentialOf(headers: IncomingHttpHeaders): string | undefined {
  const header = headers['x-api-key'];
  return bearerOf(headers) ?? (typeof header === 'string' ? header : undefined);
}

function renderProblem(problem: ApiProblem, requestId: string): unknown {
  const type = ERROR_TYPES[problem.status] ?? 'api_error';
  const details = problem.code === undefined ? null : { error_code: problem.code };
  return { type: 'error', error: { type, message: problem.message, details }, request_id: requestId };
}
