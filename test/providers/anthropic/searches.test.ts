import { expect, it, onTestFinished } from 'vitest';
import { NO_TOKENS } from '../../../src/domain/usage.ts';
import { anthropicCase } from '../support/anthropic-case.ts';
import { connected } from '../support/connected.ts';

const { window } = anthropicCase;
const ROW = { api_key_id: 'apikey_1', workspace_id: 'wrkspc_1', model: 'claude-opus-5', uncached_input_tokens: 10 };

async function read(...results: object[]) {
  const data = [{ starting_at: new Date(window.from).toISOString(), results }];
  const { provider, server } = await connected(anthropicCase, ({ path }) =>
    path === '/v1/organizations/usage_report/messages'
      ? { status: 200, json: { data, has_more: false, next_page: null } }
      : undefined,
  );
  onTestFinished(() => server.close());
  return provider.readUsage(window);
}

it('web searches are rows of their own, counted over all tiers', async () => {
  const rows = await read(
    { ...ROW, service_tier: 'batch', server_tool_use: { web_search_requests: '3' } },
    { ...ROW, service_tier: 'standard', server_tool_use: { web_search_requests: 4 } },
  );

  expect(rows).toHaveLength(3);
  expect(rows).toContainEqual({
    providerKeyId: 'apikey_1',
    scopeId: 'wrkspc_1',
    model: 'claude-opus-5',
    endpoint: 'web_search',
    variant: {},
    startAt: window.from,
    widthMs: window.widthMs,
    tokens: NO_TOKENS,
    requests: 7,
  });
});

it.each([null, {}, 'none', { web_search_requests: 0 }])('server_tool_use %j is no search', async (server_tool_use) => {
  expect(await read({ ...ROW, server_tool_use })).toMatchObject([{ endpoint: 'messages' }]);
});
