import type { IncomingHttpHeaders } from 'node:http';
import type { OpenAiStandInOptions } from './openai-options.ts';
import type { ApiProblem } from './problem.ts';
import { openAiAuditRoutes } from './routes/openai-audit.ts';
import { openAiKeyRoutes } from './routes/openai-keys.ts';
import { openAiOrganizationRoutes } from './routes/openai-organization.ts';
import { openAiProjectLimitRoutes } from './routes/openai-project-limits.ts';
import { openAiServiceAccountRoutes } from './routes/openai-service-accounts.ts';
import { openAiSpendAlertRoutes } from './routes/openai-spend-alerts.ts';
import { openAiUsageRoutes } from './routes/openai-usage.ts';
import { type StandIn, startStandIn } from './stand-in.ts';

const ERROR_TYPES: Readonly<Record<number, string>> = { 429: 'requests', 500: 'server_error', 503: 'server_error' };

/** Starts a stand-in for OpenAI's organization API; its url ends in /v1. */
export function startOpenAiStandIn(options: OpenAiStandInOptions): Promise<StandIn> {
  return startStandIn({
    clock: options.clock,
    port: options.port ?? 0,
    adminKeys: options.adminKeys,
    basePath: '/v1',
    credentialOf: bearerOf,
    renderProblem,
    headersFor: (requestId) => ({ 'x-request-id': requestId, 'openai-version': '2020-10-01' }),
    routes: [
      ...openAiKeyRoutes(options),
      ...openAiServiceAccountRoutes(options),
      ...openAiUsageRoutes(options),
      ...openAiOrganizationRoutes(options),
      ...openAiAuditRoutes(options),
      ...openAiProjectLimitRoutes(options),
      ...openAiSpendAlertRoutes(options),
    ],
  });
}

export function bearerOf(headers: IncomingHttpHeaders): string | undefined {
  return headers.authorization?.startsWith('Bearer ') ? headers.authorization.slice(7) : undefined;
}

function renderProblem(problem: ApiProblem): unknown {
  const type = ERROR_TYPES[problem.status] ?? 'invalid_request_error';
  return { error: { message: problem.message, type, param: null, code: problem.code ?? null } };
}
