import { isAppError, isRetryable, publicMessageOf } from '../../domain/errors.ts';
import type { ProviderKey } from '../../domain/key.ts';
import type { Secret } from '../../domain/secret.ts';
import { DAY_MS, floorTo, HOUR_MS } from '../../domain/time.ts';
import type { Provider } from '../../ports/provider.ts';

export type ReadName = 'key list' | 'usage' | 'costs' | 'event log';

/** `closed`: the key has no right to it, or the organization does not have it. */
export interface ReadOutcome {
  readonly read: ReadName;
  readonly state: 'open' | 'closed' | 'refused' | 'failed';
  /** For a person; null where it is open. */
  readonly problem: string | null;
}

/** What an admin key may do, told by trying the reads that Keysteward lives on. Nothing is changed. */
export interface ConnectionSurvey {
  readonly outcomes: readonly ReadOutcome[];
  readonly scopeIds: readonly string[];
  /** Of the first scope only, where the provider lists them by scope. */
  readonly keyCount: number;
  /** When the admin key itself ends; null: never; undefined: the provider does not say. */
  readonly expiresAt: number | null | undefined;
}

export interface SurveyInput {
  readonly provider: Provider;
  /** The admin key that the connection reads with, to find it among those listed. */
  readonly readKey: Secret;
  readonly now: number;
  readonly signal?: AbortSignal;
}

export const NEEDED_READS: ReadonlySet<ReadName> = new Set(['key list', 'usage']);

/** Tries every read at once; never throws. */
export async function surveyConnection({ provider, readKey, now, signal }: SurveyInput): Promise<ConnectionSurvey> {
  const hour = floorTo(now, HOUR_MS);
  const day = floorTo(now, DAY_MS);
  const width = provider.usageWidthsMs.includes(HOUR_MS) ? HOUR_MS : (provider.usageWidthsMs[0] ?? HOUR_MS);
  const listing = listOnce(provider, signal);
  const outcomes = await Promise.all([
    outcomeOf('key list', async () => {
      await listing;
      return undefined;
    }),
    outcomeOf('usage', async () => {
      await provider.readUsage({ from: hour - HOUR_MS, to: hour, widthMs: width }, signal);
      return undefined;
    }),
    ...optionalReads(provider, { hour, day, signal }),
  ]);
  const { scopeIds, keys } = await listing.catch(() => ({ scopeIds: [], keys: [] }));
  return {
    outcomes,
    scopeIds,
    keyCount: keys.filter(({ kind }) => kind === 'inference').length,
    expiresAt: keys.find((key) => key.kind === 'admin' && isHintOf(key.hint, readKey))?.expiresAt,
  };
}

/** The scopes that a key sees, to tell whether two keys are of one organization. Null where it may not list them. */
export async function scopesSeen(provider: Provider, signal?: AbortSignal): Promise<readonly string[] | null> {
  try {
    return (await provider.listScopes(signal)).map(({ id }) => id);
  } catch (error) {
    if (isAppError(error, 'provider_denied') || isAppError(error, 'provider_not_found')) return null;
    throw error;
  }
}

interface Times {
  readonly hour: number;
  readonly day: number;
  readonly signal: AbortSignal | undefined;
}

function optionalReads(provider: Provider, { hour, day, signal }: Times): readonly Promise<ReadOutcome>[] {
  const costs = provider.readCosts?.bind(provider);
  const events = provider.readEvents?.bind(provider);
  const costWindow = { from: day - DAY_MS, to: day, widthMs: DAY_MS };
  return [
    ...(costs ? [outcomeOf('costs', async () => (await costs(costWindow, signal)).availability)] : []),
    ...(events
      ? [
          outcomeOf(
            'event log',
            async () => (await events({ from: hour, to: null }, signal)).availability,
            provider.eventsSetup,
          ),
        ]
      : []),
  ];
}

/** The keys of one scope show as well as those of all that the list is open. */
async function listOnce(provider: Provider, signal: AbortSignal | undefined) {
  const scopes = await provider.listScopes(signal);
  const first = scopes.find(({ archived }) => !archived) ?? scopes[0];
  const keys: readonly ProviderKey[] = await provider.listKeys(first === undefined ? [] : [first], signal);
  return { scopeIds: scopes.map(({ id }) => id), keys };
}

async function outcomeOf(
  read: ReadName,
  work: () => Promise<string | undefined>,
  setup = 'It is not switched on, or not open to this key.',
): Promise<ReadOutcome> {
  try {
    const availability = await work();
    const isOff = availability === 'not_enabled';
    return {
      read,
      state: isOff ? 'closed' : 'open',
      problem: isOff ? setup : null,
    };
  } catch (error) {
    return { read, state: stateOf(error), problem: publicMessageOf(error) };
  }
}

function stateOf(error: unknown): ReadOutcome['state'] {
  if (isAppError(error, 'provider_auth')) return 'refused';
  if (isRetryable(error) || isAppError(error, 'internal')) return 'failed';
  return 'closed';
}

/** A provider shows `sk-admin...x7Qa` of a key: its beginning and its end. */
function isHintOf(hint: string | null, key: Secret): boolean {
  const [, start = '', end = ''] = /^(.*?)(?:\.{2,}|…|\*+)(.*)$/.exec(hint ?? '') ?? [];
  const value = key.reveal();
  return end.length >= 2 && value.length > start.length + end.length && value.startsWith(start) && value.endsWith(end);
}
