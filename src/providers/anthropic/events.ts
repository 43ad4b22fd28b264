import type { ProviderEvent } from '../../domain/detector.ts';
import type { EventReport } from '../../ports/provider.ts';
import { callJson, guard, signalOption } from '../lib/call.ts';
import { eventDetail, tidyEvents } from '../lib/event-rows.ts';
import { unlessClosed } from '../lib/feature.ts';
import { collectPages, cursorPage, uniqueById } from '../lib/paging.ts';
import type { Scrub } from '../lib/scrub.ts';
import { readBody } from '../lib/wire.ts';
import type { AnthropicReader } from './inventory.ts';
import { pageQuery, rfc3339 } from './page-query.ts';
import { type ActivityRow, activityPage } from './schema.ts';

// Not in the SDK.
const ACTIVITIES = '/v1/compliance/activities';
const KEY_ID = /^apikey_/;

/** The activity feed since an instant; not enabled where the admin key is older than the feed, or the feed is off. */
export async function readAnthropicEvents(
  reader: AnthropicReader,
  since: number,
  signal?: AbortSignal,
): Promise<EventReport> {
  const rows = await unlessClosed(() => readPages(reader, since, signal));
  if (rows === undefined) return { availability: 'not_enabled', events: [] };
  const { scrub } = reader.link;
  const events = uniqueById(rows).map((row) => toEvent(row, scrub));
  return { availability: 'available', events: tidyEvents(events, since) };
}

async function readPages(
  { client, link }: AnthropicReader,
  since: number,
  signal: AbortSignal | undefined,
): Promise<ActivityRow[]> {
  const call = { operation: 'read activity feed', kind: 'read', signal } as const;
  return guard(link, call, () =>
    collectPages(async (after) => {
      const query = { ...pageQuery(after), 'created_at.gte': rfc3339(since) };
      const body = await callJson(link, call, () => client.get(ACTIVITIES, { query, ...signalOption(signal) }));
      return cursorPage(readBody(activityPage, body, 'activity feed'));
    }),
  );
}

function toEvent(row: ActivityRow, scrub: Scrub): ProviderEvent {
  const { actor } = row;
  const actorKeyId = actor?.api_key_id ?? actor?.admin_api_key_id ?? null;
  const keyId = subjectKeyOf(row);
  const detail = eventDetail(
    {
      id: row.id,
      workspaceId: row.workspace_id,
      resourceId: keyId,
      actorType: actor?.type,
      actorId: actor?.user_id,
      actorKeyId,
      ip: actor?.ip_address,
      userAgent: actor?.user_agent,
    },
    scrub,
  );
  return {
    at: row.created_at,
    kind: row.type,
    keyId,
    actor: actor?.email_address ?? actor?.user_id ?? actorKeyId,
    detail,
  };
}

/** The key that the activity is about: each type names it differently, but an id shows what it is. */
function subjectKeyOf(row: ActivityRow): string | null {
  for (const value of Object.values(row)) if (typeof value === 'string' && KEY_ID.test(value)) return value;
  return null;
}
