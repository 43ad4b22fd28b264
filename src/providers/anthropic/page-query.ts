const PAGE_SIZE = 100;

/** The paging part of a list request. */
export function pageQuery(after: string | undefined): { limit: number; after_id?: string } {
  return { limit: PAGE_SIZE, ...(after === undefined ? {} : { after_id: after }) };
}

/** An instant as the provider writes it. */
export function rfc3339(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}
