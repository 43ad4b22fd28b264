import { userIdOf } from '../../world/index.ts';
import type { AnthropicStandInOptions } from '../anthropic-options.ts';
import { pageById } from '../paging.ts';
import { ApiProblem } from '../problem.ts';
import type { Route } from '../router.ts';
import { rfc3339 } from '../wire.ts';

/** The activity feed: the creation of every key, newest first, for organizations that have it enabled. */
export function anthropicActivityRoutes({ world, activityFeed }: AnthropicStandInOptions): readonly Route[] {
  const actor = {
    type: 'user_actor',
    user_id: userIdOf(world.seed, 'anthropic', 'ana'),
    email_address: 'ana@acme.example',
    ip_address: '192.0.2.10',
    user_agent: 'Mozilla/5.0',
  };
  return [
    {
      method: 'GET',
      path: '/v1/compliance/activities',
      handle: ({ query, now }) => {
        if (activityFeed !== 'on') throw new ApiProblem(403, 'Missing required scopes');
        const since = Date.parse(query.get('created_at.gte') ?? '1970-01-01T00:00:00Z');
        const before = Date.parse(query.get('created_at.lt') ?? '9999-01-01T00:00:00Z');
        const rows = world
          .keysOf('anthropic')
          .filter((key) => key.createdAt <= now && key.createdAt >= since && key.createdAt < before)
          .toSorted((a, b) => b.createdAt - a.createdAt)
          .map((key) => ({
            id: `activity_${key.id}`,
            type: 'platform_api_key_created',
            created_at: rfc3339(key.createdAt),
            organization_id: 'org_acme',
            workspace_id: key.scopeId,
            api_key_id: key.id,
            actor,
          }));
        return pageById(rows, query, { after: 'after_id', before: 'before_id', usual: 100, max: 1000 });
      },
    },
  ];
}
