/** How keys of one form begin, and how many there are. */
export interface SearchPrefix {
  readonly prefix: string;
  readonly keys: number;
}

// `sk-ant-api03-` of `sk-ant-api03-R2D…igAA`: words that end in a dash or an underscore, before what differs by key.
const FORM = /^(?:[a-z]{1,8}\d{0,3}[-_]){1,4}/i;
// A form of one or two letters is in every text.
const PREFIX_MIN = 3;

/** What to search code, CI variables and chats for, made of the hints that are known; the commonest first. */
export function searchPrefixes(hints: readonly (string | null)[]): readonly SearchPrefix[] {
  const counts = new Map<string, number>();
  for (const hint of hints) {
    const prefix = FORM.exec(hint ?? '')?.[0] ?? '';
    if (prefix.length >= PREFIX_MIN) counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
  }
  return [...counts]
    .map(([prefix, keys]) => ({ prefix, keys }))
    .toSorted((a, b) => b.keys - a.keys || (a.prefix < b.prefix ? -1 : 1));
}
