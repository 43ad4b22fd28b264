import type { ProviderEvent } from '../../domain/detector.ts';
import type { Scrub } from '../../domain/scrub.ts';
import type { EventReport, EventWindow } from '../../ports/provider.ts';
import { callJson, guard, signalOption } from '../lib/call.ts';
import { eventDetail, eventReport, keyChangeOf } from '../lib/event-rows.ts';
import { unlessClosed } from '../lib/feature.ts';
import { collectPages, cursorPage } from '../lib/paging.ts';
import { readBody } from '../lib/wire.ts';
import type { AnthropicReader } from './inventory.ts';
import { pageQuery, rfc3339 } from './page-query.ts';
import { type ActivityRow, activityPage } from './schema.ts';

// Not in the SDK.
const ACTIVITIES = '/v1/compliance/activities';
const KEY_ID = /^apikey_/;
// A workspace that is archived takes its keys with it.
const CHANGES_KEYS = /(?:api_key|platform_workspace|platform_service_account)_(created|updated|deleted|archived)$/;

export const ANTHROPIC_EVENTS_SETUP =
  'An organization admin switches the Compliance API on in the Console’s security settings, then makes a new admin key, since older ones lack the right to read it, and puts it into the configuration.';

/** The activity feed in a window; not enabled where the admin key is older than the feed, or the feed is off. */
export async function readAnthropicEvents(
  reader: AnthropicReader,
  window: EventWindow,
  signal?: AbortSignal,
): Promise<EventReport> {
  const rows = await unlessClosed(() => readPages(reader, window, signal));
  return eventReport(rows, window, (row) => toEvent(row, reader.link.scrub));
}

async function readPages(
  { client, link }: AnthropicReader,
  { from, to }: EventWindow,
  signal: AbortSignal | undefined,
): Promise<ActivityRow[]> {
  const call = { operation: 'read activity feed', kind: 'read', signal } as const;
  return guard(link, call, () =>
    collectPages(async (after) => {
      const before = to === null ? {} : { 'created_at.lt': rfc3339(to) };
      const query = { ...pageQuery(after), 'created_at.gte': rfc3339(from), ...before };
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
    id: row.id,
    at: row.created_at,
    kind: row.type,
    keyId,
    scopeId: row.workspace_id ?? null,
    keyChange: keyChangeOf(row.type, CHANGES_KEYS),
    actor: actor?.email_address ?? actor?.user_id ?? actorKeyId,
    detail,
  };
}

/** The key that the activity is about: each type names it differently, but an id shows what it is. */
function subjectKeyOf(row: ActivityRow): string | null {
  for (const value of Object.values(row)) if (typeof value === 'string' && KEY_ID.test(value)) return value;
  return null;
}
