import type { Outcome } from './outcome.ts';

// What people see twice when a message is posted twice.
const SEEN: ReadonlySet<string> = new Set(['messages', 'notifications']);
// What grows by telling the admins, once, that the history cannot be read: only a crash makes the app look there.
const TOLD: ReadonlySet<string> = new Set(['audit', 'notices', 'rows of each table']);
// What the app adds where it cannot look up whether the first try came through.
const REPEAT_MARK = /\s*This may be a repeat:[^.]*\./;

/**
 * What the crash changed: each line that is missing or too many, by the list it belongs to. `mayRepeat`: a message, and
 * who is told of it, may come more than once.
 */
export function differences(without: Outcome, withCrash: Outcome, { mayRepeat = false } = {}): readonly string[] {
  return Object.entries(without.facts).flatMap(([name, expected]) => {
    const raw = withCrash.facts[name] ?? [];
    const found = mayRepeat ? raw.map((line) => line.replace(REPEAT_MARK, '')) : raw;
    const missing = minus(expected, found).map((line) => `${name}: missing: ${line}`);
    if (mayRepeat && TOLD.has(name)) return [];
    if (mayRepeat && SEEN.has(name)) return missing;
    const extra = minus(found, expected).map((line) => `${name}: too many: ${line}`);
    if (missing.length + extra.length > 0) return [...missing, ...extra];
    return expected.every((line, index) => line === found[index]) ? [] : [`${name}: in another order`];
  });
}

/** The lines of `all` that `others` has not, each as often as it is in excess. */
function minus(all: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others];
  return all.filter((line) => {
    const index = left.indexOf(line);
    if (index === -1) return true;
    left.splice(index, 1);
    return false;
  });
}
