import { badRequest } from './problem.ts';
import { limitOf } from './router.ts';

export interface IdPage<Item> {
  readonly data: readonly Item[];
  readonly has_more: boolean;
  readonly first_id: string | null;
  readonly last_id: string | null;
}

interface Cursors {
  /** Name of the query parameter that holds the id after which the page starts. */
  readonly after: string;
  /** Name of the one that holds the id before which the page ends, if the list has one. */
  readonly before?: string;
  readonly usual: number;
  readonly max: number;
}

/** One page of a list that is walked by the ids of its rows. */
export function pageById<Item extends { readonly id: string }>(
  items: readonly Item[],
  query: URLSearchParams,
  cursors: Cursors,
): IdPage<Item> {
  const limit = limitOf(query, cursors);
  const before = cursors.before === undefined ? null : query.get(cursors.before);
  if (before !== null) {
    const end = indexOf(items, before);
    return page(items.slice(Math.max(0, end - limit), end), end - limit > 0);
  }
  const after = query.get(cursors.after);
  const start = after === null ? 0 : indexOf(items, after) + 1;
  return page(items.slice(start, start + limit), start + limit < items.length);
}

function page<Item extends { readonly id: string }>(data: readonly Item[], hasMore: boolean): IdPage<Item> {
  return { data, has_more: hasMore, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
}

function indexOf(items: readonly { readonly id: string }[], id: string): number {
  const index = items.findIndex((item) => item.id === id);
  if (index < 0) throw badRequest(`Invalid cursor: ${id}`);
  return index;
}
