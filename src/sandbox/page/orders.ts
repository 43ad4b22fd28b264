import { z } from 'zod';
import type { Gesture, StoryOrder, TimeOrder } from './protocol.ts';

// What the page sends, checked: anybody on this machine could send anything.

const text = z.string().max(10_000);
const id = z.string().min(1).max(300);
const entry = z.union([text, z.number(), z.array(text).max(100).readonly(), z.null()]);
const as = id;
const target = {
  channel: id.exactOptional(),
  ts: id.exactOptional(),
  viewId: id.exactOptional(),
  home: z.literal(true).exactOptional(),
  blockId: id,
  actionId: id,
  option: entry.exactOptional(),
};

export const gestureSchema: z.ZodType<Gesture> = z.discriminatedUnion('kind', [
  z.strictObject({ as, kind: z.literal('command'), channel: id, line: text.min(1) }),
  z.strictObject({ as, kind: z.literal('say'), channel: id, text: text.min(1), threadTs: id.exactOptional() }),
  z.strictObject({ as, kind: z.literal('open-home') }),
  z.strictObject({ as, kind: z.literal('click'), ...target }),
  z.strictObject({
    as,
    kind: z.literal('submit'),
    viewId: id,
    entries: z.record(id, z.record(id, entry)),
  }),
  z.strictObject({ as, kind: z.literal('close'), viewId: id, all: z.boolean() }),
]);

export const timeOrderSchema: z.ZodType<TimeOrder> = z.union([
  z.strictObject({ speed: z.literal([0, 1, 60, 600]) }),
  z.strictObject({ seek: z.literal(true) }),
]);

export const storyOrderSchema: z.ZodType<StoryOrder> = z.strictObject({ id });

/** Reads an order, or says in a sentence why it is none. */
export function readOrder<Order>(schema: z.ZodType<Order>, body: string): { order: Order } | { problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { problem: 'The body is not JSON.' };
  }
  const read = schema.safeParse(value);
  if (read.success) return { order: read.data };
  const [issue] = read.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? 'The order' : `"${issue.path.join('.')}"`;
  return { problem: `${where} is not as expected: ${issue?.message ?? 'unreadable'}.` };
}
