import { userIdOf } from '../../world/index.ts';
import type { OpenAiStandInOptions } from '../openai-options.ts';
import { pageById } from '../paging.ts';
import { ApiProblem } from '../problem.ts';
import type { Route } from '../router.ts';
import { secondsOf } from '../wire.ts';

/** The audit log: the creation of every key since the story began, newest first, once an owner has switched it on. */
export function openAiAuditRoutes({ world, auditLog }: OpenAiStandInOptions): readonly Route[] {
  const actor = {
    type: 'session',
    session: {
      user: { id: userIdOf(world.seed, 'openai', 'ana'), email: 'ana@acme.example' },
      ip_address: '192.0.2.10',
      user_agent: 'Mozilla/5.0',
    },
  };
  return [
    {
      method: 'GET',
      path: '/v1/organization/audit_logs',
      handle: ({ query, now }) => {
        if (auditLog === 'refused') throw new ApiProblem(403, 'Audit logging is not enabled for this organization');
        const since = Number(query.get('effective_at[gte]') ?? 0);
        const before = Number(query.get('effective_at[lt]') ?? Number.POSITIVE_INFINITY);
        const rows = (auditLog === 'on' ? world.keysOf('openai') : [])
          .filter(
            (key) => key.createdAt <= now && secondsOf(key.createdAt) >= since && secondsOf(key.createdAt) < before,
          )
          .toSorted((a, b) => b.createdAt - a.createdAt)
          .map((key) => ({
            id: `audit_log-${key.id}`,
            type: 'api_key.created',
            effective_at: secondsOf(key.createdAt),
            project: { id: key.scopeId },
            actor,
            'api_key.created': { id: key.id, data: { scopes: ['api.all'] } },
          }));
        return { object: 'list', ...pageById(rows, query, { after: 'after', usual: 20, max: 100 }) };
      },
    },
  ];
}
