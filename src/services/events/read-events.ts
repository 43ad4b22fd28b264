import type { ProviderEvent } from '../../domain/detector.ts';
import { AppError, publicMessageOf, toError } from '../../domain/errors.ts';
import { scrubSecrets } from '../../domain/secret.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/time.ts';
import type { EventWatermark, StoredEvent } from '../../ports/events.ts';
import type { EventReport, EventWindow, Provider } from '../../ports/provider.ts';
import type { Deps } from '../deps.ts';
import { readInventory } from '../inventory/read-inventory.ts';

// Feeds are late: what is younger than this is read again, and what was there already is left out.
const OVERLAP_MS = 15 * MINUTE_MS;
const FIRST_READ_MS = 30 * DAY_MS;
const WINDOW_MS = DAY_MS;
// What is left over is the next run's.
const MAX_WINDOWS = 40;
const MAX_EVENTS = 5_000;
const SLICE = 500;
const ASK_AGAIN_MS = DAY_MS;
// A log that could be read until now may be refused by a hiccup of something in between.
const DOUBT_MS = HOUR_MS;
// A list that is read right after a change may not show it yet.
const LISTING_LAG_MS = 5 * MINUTE_MS;
const MAX_TEXT = 300;

export interface EventsRead {
  /** What was told of keys was reason to list them. */
  readonly keysRead: boolean;
}

type EventDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'policy' | 'logger' | 'providers' | 'breathe'>;

/**
 * Reads what is new in one connection's event log. A failure is kept, not thrown, and the next run goes on where this
 * one stopped. A log that is not enabled is asked for once a day.
 */
export async function readEvents(deps: EventDeps, provider: Provider): Promise<EventsRead> {
  if (provider.readEvents === undefined) return { keysRead: false };
  const now = deps.clock.now();
  const before = (await deps.store.read.eventWatermarks.get(provider.connectionId)) ?? unread(provider, now);
  if (before.notBeforeAt !== null && before.notBeforeAt > now) return { keysRead: false };
  await readWindows({ deps, provider, now }, before);
  return { keysRead: await readChangedKeys(deps, provider) };
}

/** At start: whoever has just switched a log on, or put a better key into the configuration, waits for no day. */
export async function askEventsAgain({ store, clock }: Pick<Deps, 'store' | 'clock'>): Promise<void> {
  const now = clock.now();
  await store.write(async (tx) => {
    for (const watermark of await tx.eventWatermarks.all()) {
      if (watermark.availability !== 'not_enabled' || (watermark.notBeforeAt ?? 0) <= now) continue;
      await tx.eventWatermarks.put({ ...watermark, notBeforeAt: now });
    }
  });
}

function unread({ connectionId }: Provider, now: number): EventWatermark {
  return {
    connectionId,
    availability: null,
    changedAt: now,
    readUntil: null,
    newestEventAt: null,
    notBeforeAt: null,
    failingSince: null,
    misses: 0,
    problem: null,
  };
}

interface Turn {
  readonly deps: EventDeps;
  readonly provider: Provider;
  readonly now: number;
}

async function readWindows(turn: Turn, before: EventWatermark): Promise<void> {
  const { deps, provider, now } = turn;
  let watermark = before;
  let read = 0;
  for (const window of windowsToRead(now, before.readUntil)) {
    const answer = await ask(provider, window);
    if (!('report' in answer)) return recordFailure(turn, watermark, answer.error);
    if (answer.report.availability === 'not_enabled') return recordClosed(turn, watermark);
    watermark = await keep(turn, watermark, { window, events: answer.report.events });
    read += answer.report.events.length;
    if (read >= MAX_EVENTS) break;
  }
  if (before.failingSince !== null)
    deps.logger.info('events are readable again', { connection: provider.connectionId });
}

/** Oldest first, so that a run that breaks off leaves no hole behind; the last window has no end. */
function windowsToRead(now: number, readUntil: number | null): readonly EventWindow[] {
  const begin = readUntil === null ? now - FIRST_READ_MS : Math.min(readUntil, now) - OVERLAP_MS;
  const windows: EventWindow[] = [];
  for (let from = begin; from < now && windows.length < MAX_WINDOWS; from += WINDOW_MS) {
    windows.push({ from, to: from + WINDOW_MS < now ? from + WINDOW_MS : null });
  }
  return windows;
}

async function ask(
  provider: Provider,
  window: EventWindow,
): Promise<{ readonly report: EventReport } | { readonly error: unknown }> {
  try {
    return { report: (await provider.readEvents?.(window)) ?? { availability: 'not_enabled', events: [] } };
  } catch (error) {
    return { error };
  }
}

interface ReadWindow {
  readonly window: EventWindow;
  readonly events: readonly ProviderEvent[];
}

async function keep(turn: Turn, before: EventWatermark, { window, events }: ReadWindow): Promise<EventWatermark> {
  const { deps, provider, now } = turn;
  const stored = events.map((event) => toStored(turn, event));
  // In slices; the watermark follows the last, since what is read twice is kept once.
  let added = 0;
  for (let start = 0; start < stored.length; start += SLICE) {
    added += await deps.store.write((tx) => tx.providerEvents.add(stored.slice(start, start + SLICE)));
  }
  const watermark: EventWatermark = {
    ...before,
    availability: 'available',
    changedAt: before.availability === 'available' ? before.changedAt : now,
    readUntil: window.to ?? now,
    newestEventAt: stored.reduce<number | null>((newest, { at }) => Math.max(newest ?? at, at), before.newestEventAt),
    notBeforeAt: null,
    failingSince: null,
    misses: 0,
    problem: null,
  };
  await deps.store.write((tx) => tx.eventWatermarks.put(watermark));
  if (added > 0) deps.logger.info('provider events read', { connection: provider.connectionId, added });
  return watermark;
}

/** Text from outside: people paste keys everywhere. */
function toStored({ provider, now }: Turn, event: ProviderEvent): StoredEvent {
  const detail = Object.entries(event.detail).map(([name, value]) => [name, tidy(value)] as const);
  const tidied: ProviderEvent = {
    id: event.id,
    at: event.at,
    kind: tidy(event.kind),
    keyId: tidy(event.keyId),
    scopeId: tidy(event.scopeId),
    keyChange: event.keyChange,
    actor: tidy(event.actor),
    detail: Object.fromEntries(detail),
  };
  // An id that would have to be masked or cut tells two events apart no more.
  const id = event.id === null || tidy(event.id) !== event.id ? null : event.id;
  return {
    ...tidied,
    id,
    identity: `${provider.id}:${id ?? contentsOf(tidied)}`,
    providerId: provider.id,
    connectionId: provider.connectionId,
    seenAt: now,
  };
}

function tidy<Value extends string | number | boolean | null>(value: Value): Value {
  return typeof value === 'string' ? (scrubSecrets(value).slice(0, MAX_TEXT) as Value) : value;
}

/** Without an id of its own an event is what it tells. */
function contentsOf({ at, kind, keyId, scopeId, actor, detail }: ProviderEvent): string {
  return JSON.stringify([at, kind, keyId, scopeId, actor, Object.entries(detail).sort()]);
}

async function recordClosed({ deps, provider, now }: Turn, before: EventWatermark): Promise<void> {
  const wasClosed = before.availability === 'not_enabled';
  const wasOpen = before.availability === 'available';
  await deps.store.write((tx) =>
    tx.eventWatermarks.put({
      ...before,
      availability: 'not_enabled',
      changedAt: wasClosed ? before.changedAt : now,
      notBeforeAt: now + (wasOpen ? DOUBT_MS : ASK_AGAIN_MS),
      failingSince: null,
      misses: 0,
      problem: null,
    }),
  );
  if (wasOpen) deps.logger.warn('the event log cannot be read any more', { connection: provider.connectionId });
}

async function recordFailure({ deps, provider, now }: Turn, before: EventWatermark, error: unknown): Promise<void> {
  const waitMs = error instanceof AppError ? (error.retryAfterMs ?? null) : null;
  const misses = before.misses + 1;
  await deps.store.write((tx) =>
    tx.eventWatermarks.put({
      ...before,
      notBeforeAt: waitMs === null ? null : now + waitMs,
      failingSince: before.failingSince ?? now,
      misses,
      problem: publicMessageOf(error),
    }),
  );
  deps.logger.warn('events not read', { connection: provider.connectionId, misses, error: toError(error) });
}

/** A key that somebody made a minute ago is not to wait for the next turn of the inventory. */
async function readChangedKeys(deps: EventDeps, provider: Provider): Promise<boolean> {
  const { connectionId } = provider;
  const listed = await deps.store.read.inventoryReads.get(connectionId);
  const changedAt = await deps.store.read.providerEvents.newestKeyChangeAt(connectionId, deps.clock.now());
  // Without any listing yet, the first one is on its way.
  if (changedAt === null || !listed?.readAt || changedAt <= listed.readAt - LISTING_LAG_MS) return false;
  try {
    await readInventory(deps, provider);
    return true;
  } catch (error) {
    deps.logger.warn('the key list could not be read after an event', {
      connection: connectionId,
      error: toError(error),
    });
    return false;
  }
}
