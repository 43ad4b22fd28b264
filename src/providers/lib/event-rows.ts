import type { KeyChange, ProviderEvent } from '../../domain/detector.ts';
import type { Scrub } from '../../domain/scrub.ts';
import type { EventReport, EventWindow } from '../../ports/provider.ts';
import { uniqueById } from './paging.ts';

// Enough for a user agent; more is not evidence but ballast.
const MAX_TEXT = 300;

export type Detail = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** An event's facts as we keep them: what is missing is left out, texts are short and hold nothing like a credential. */
export function eventDetail(facts: Detail, scrub: Scrub): ProviderEvent['detail'] {
  const kept: Record<string, string | number | boolean | null> = {};
  for (const [name, value] of Object.entries(facts)) {
    if (value === undefined || value === null) continue;
    kept[name] = typeof value === 'string' ? scrub(value).slice(0, MAX_TEXT) : value;
  }
  return kept;
}

/** A log's rows as the report of a window; undefined where the log is not open to us. */
export function eventReport<Row extends { readonly id: string }>(
  rows: readonly Row[] | undefined,
  window: EventWindow,
  toEvent: (row: Row) => ProviderEvent,
): EventReport {
  if (rows === undefined) return { availability: 'not_enabled', events: [] };
  return { availability: 'available', events: tidyEvents(uniqueById(rows).map(toEvent), window) };
}

/** Those of the window, ascending. */
function tidyEvents(events: readonly ProviderEvent[], { from, to }: EventWindow): ProviderEvent[] {
  return events.filter(({ at }) => at >= from && (to === null || at < to)).sort((a, b) => a.at - b.at);
}

/** `pattern` matches types that change keys, its first group is the verb. What takes a key away counts as deleted. */
export function keyChangeOf(type: string, pattern: RegExp): KeyChange | null {
  const verb = pattern.exec(type)?.[1];
  if (verb === 'archived') return 'deleted';
  return verb === 'created' || verb === 'updated' || verb === 'deleted' ? verb : null;
}
