import { MalformedAnswer } from './provider-error.ts';

// Guards against a server that never ends: at 100 rows a page this is a million keys.
const MAX_PAGES = 10_000;

export interface Page<T> {
  readonly items: readonly T[];
  readonly hasMore: boolean;
  /** Where the next page starts. */
  readonly cursor: string | null;
}

export type FetchPage<T> = (cursor: string | undefined) => Promise<Page<T>>;

/** All pages or an error: a listing that repeats itself or breaks off is never taken for the whole. */
export async function collectPages<T>(fetchPage: FetchPage<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const page of eachPage(fetchPage)) for (const item of page.items) all.push(item);
  return all;
}

/** One page after the other; throws where the listing repeats itself or breaks off. */
export async function* eachPage<T>(fetchPage: FetchPage<T>): AsyncGenerator<Page<T>, void> {
  const seen = new Set<string>();
  let cursor: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const page = await fetchPage(cursor);
    yield page;
    if (!page.hasMore) return;
    if (page.cursor === null) throw new MalformedAnswer('more pages are announced but there is no page token');
    if (seen.has(page.cursor)) throw new MalformedAnswer('the same page token came twice');
    seen.add(page.cursor);
    cursor = page.cursor;
  }
  throw new MalformedAnswer(`the listing did not end after ${MAX_PAGES} pages`);
}

/** A page of a list that goes on after the last row's id; both providers page their lists so. */
export function cursorPage<T extends { readonly id: string }>(body: {
  readonly data: readonly T[];
  readonly has_more?: boolean | null | undefined;
  readonly last_id: string | null;
}): Page<T> {
  return { items: body.data, hasMore: body.has_more ?? false, cursor: body.last_id ?? body.data.at(-1)?.id ?? null };
}

/** One row per id: a listing that shifts while it is paged shows a row twice. */
export function uniqueById<T extends { readonly id: string }>(rows: readonly T[]): T[] {
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}
