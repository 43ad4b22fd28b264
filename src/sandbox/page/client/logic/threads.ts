import type { PageMessage } from '../../protocol.ts';

export interface Thread {
  readonly root: PageMessage;
  readonly replies: readonly PageMessage[];
}

/** What stands in the channel itself, each with its replies; a deleted message stays while it holds a thread. */
export function threadsOf(messages: readonly PageMessage[]): readonly Thread[] {
  const replies = new Map<string, PageMessage[]>();
  for (const message of messages) {
    if (isReply(message) && !message.isDeleted) {
      const root = message.threadTs ?? '';
      replies.set(root, [...(replies.get(root) ?? []), message]);
    }
  }
  return messages
    .filter((message) => !isReply(message))
    .map((root) => ({ root, replies: replies.get(root.ts) ?? [] }))
    .filter(({ root, replies }) => !root.isDeleted || replies.length > 0);
}

export function threadOf(messages: readonly PageMessage[], rootTs: string): Thread | undefined {
  return threadsOf(messages).find(({ root }) => root.ts === rootTs);
}

function isReply({ ts, threadTs }: PageMessage): boolean {
  return threadTs !== null && threadTs !== ts;
}

/** Where a permalink of the workspace leads; undefined for an address outside. */
export function placeOf(
  url: string,
): { readonly channel: string; readonly ts: string; readonly threadTs?: string } | undefined {
  const match = /\/archives\/([A-Z0-9]+)\/p(\d{10})(\d{6})(?:\?(.*))?$/.exec(url);
  if (match === null) return undefined;
  const [, channel = '', seconds = '', micros = '', query = ''] = match;
  const threadTs = new URLSearchParams(query.replaceAll('&amp;', '&')).get('thread_ts');
  return { channel, ts: `${seconds}.${micros}`, ...(threadTs === null ? {} : { threadTs }) };
}
