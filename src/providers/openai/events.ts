import type { ProviderEvent } from '../../domain/detector.ts';
import type { Scrub } from '../../domain/scrub.ts';
import type { EventReport, EventWindow } from '../../ports/provider.ts';
import { callJson, guard, signalOption } from '../lib/call.ts';
import { eventDetail, eventReport, keyChangeOf } from '../lib/event-rows.ts';
import { unlessClosed } from '../lib/feature.ts';
import { collectPages, cursorPage } from '../lib/paging.ts';
import { readBody } from '../lib/wire.ts';
import type { OpenaiReader } from './inventory.ts';
import { type EventRow, eventPage, eventPayload } from './schema.ts';

const PAGE_SIZE = 100;
const ABOUT_A_KEY = /(^|[._])api_key\./;
// A service account takes its keys with it, a project all keys in it.
const CHANGES_KEYS = /(?:api_key|service_account|project)\.(created|updated|deleted|archived)$/;

export const OPENAI_EVENTS_SETUP =
  'An organization owner switches the audit log on in the organization settings, under Data controls; it cannot be switched off again.';

/** The audit log in a window. An owner switches the log on; until then asking is refused or finds nothing. */
export async function readOpenaiEvents(
  reader: OpenaiReader,
  window: EventWindow,
  signal?: AbortSignal,
): Promise<EventReport> {
  const rows = await unlessClosed(() => readPages(reader, window, signal));
  return eventReport(rows, window, (row) => toEvent(row, reader.link.scrub));
}

async function readPages(
  { client, link }: OpenaiReader,
  { from, to }: EventWindow,
  signal?: AbortSignal,
): Promise<EventRow[]> {
  const call = { operation: 'read audit log', kind: 'read', signal } as const;
  const before = to === null ? {} : { lt: Math.ceil(to / 1000) };
  const query = { effective_at: { gte: Math.floor(from / 1000), ...before }, limit: PAGE_SIZE };
  return guard(link, call, () =>
    collectPages(async (after) => {
      const paged = after === undefined ? query : { ...query, after };
      const body = await callJson(link, call, () =>
        client.admin.organization.auditLogs.list(paged, signalOption(signal)),
      );
      return cursorPage(readBody(eventPage, body, 'audit log'));
    }),
  );
}

function toEvent(row: EventRow, scrub: Scrub): ProviderEvent {
  const { session, api_key: key } = row.actor ?? {};
  const payload = eventPayload.parse(row[row.type]);
  const who = session?.user ?? key?.user ?? key?.service_account;
  const detail = eventDetail(
    {
      resourceId: payload?.id,
      errorCode: payload?.error_code,
      actorType: row.actor?.type,
      actorId: who?.id,
      actorKeyId: key?.id,
      ip: session?.ip_address,
      userAgent: session?.user_agent,
    },
    scrub,
  );
  return {
    id: row.id,
    at: row.effective_at,
    kind: row.type,
    keyId: ABOUT_A_KEY.test(row.type) ? (payload?.id ?? null) : null,
    scopeId: row.project?.id ?? null,
    keyChange: keyChangeOf(row.type, CHANGES_KEYS),
    actor: who?.email ?? who?.id ?? key?.id ?? null,
    detail,
  };
}
