import type { WebClient } from '@slack/web-api';
import { MINUTE_MS } from '../domain/time.ts';

export const METADATA_EVENT = 'keysteward_message';
const PAGE = 200;
// Slack's clock and ours may differ; our message cannot be older than its row by more than this.
const SKEW_MS = 5 * MINUTE_MS;

export interface OwnMessageQuery {
  /** Its id. */
  readonly channel: string;
  /** Null: a root message. */
  readonly threadTs: string | null;
  /** `<kind>:<id>`, as written into the metadata. */
  readonly subject: string;
  readonly since: number;
}

/** Where people open a message: the form of Slack's permalinks, made without asking for it. */
export function messageUrl(
  workspaceUrl: string | null,
  { channel, ts }: { readonly channel: string; readonly ts: string },
): string | null {
  return workspaceUrl === null ? null : `${workspaceUrl}archives/${channel}/p${ts.replace('.', '')}`;
}

/** Looks our own message up by its metadata. Null when it is not there. */
export async function findOwnMessage(
  client: WebClient,
  { channel, threadTs, subject, since }: OwnMessageQuery,
): Promise<{ channel: string; ts: string; text: string } | null> {
  const range = {
    channel,
    include_all_metadata: true,
    limit: PAGE,
    oldest: String((since - SKEW_MS) / 1000),
  };
  let cursor: string | undefined;
  do {
    const next = cursor === undefined ? {} : { cursor };
    const page =
      threadTs === null
        ? await client.conversations.history({ ...range, ...next })
        : await client.conversations.replies({ ...range, ...next, ts: threadTs });
    for (const message of page.messages ?? []) {
      const payload = message.metadata?.event_payload as { subject?: unknown } | undefined;
      const isOurs = message.metadata?.event_type === METADATA_EVENT && payload?.subject === subject;
      if (isOurs && message.ts !== undefined) return { channel, ts: message.ts, text: message.text ?? '' };
    }
    cursor = page.response_metadata?.next_cursor || undefined;
  } while (cursor !== undefined);
  return null;
}
