import type { PageChannel, PageMessage } from '../../protocol.ts';

/** Up to when this browser has read, by person and channel; what is older than `since` counts as read for everyone. */
export interface Marks {
  readonly since: number;
  readonly readAt: Readonly<Record<string, number>>;
}

export interface Unread {
  readonly messages: number;
  /** Messages that called this person. */
  readonly calls: number;
}

export function withRead(marks: Marks, place: { person: string; channel: string }, at: number): Marks {
  const key = keyOf(place);
  if (at <= readUpTo(marks, place)) return marks;
  return { ...marks, readAt: { ...marks.readAt, [key]: at } };
}

export function unreadOf(
  channel: PageChannel,
  messages: readonly PageMessage[],
  { person, marks }: { person: string; marks: Marks },
): Unread {
  const readAt = readUpTo(marks, { person, channel: channel.id });
  const fresh = messages.filter((message) => message.at > readAt && message.user !== person && !message.isDeleted);
  return { messages: fresh.length, calls: channel.calls.filter((call) => call.at > readAt).length };
}

export function readUpTo(marks: Marks, place: { person: string; channel: string }): number {
  return marks.readAt[keyOf(place)] ?? marks.since;
}

function keyOf({ person, channel }: { person: string; channel: string }): string {
  return `${person} ${channel}`;
}
