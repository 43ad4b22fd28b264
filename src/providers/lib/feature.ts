import { isAppError } from '../../domain/errors.ts';

const CLOSED = ['provider_denied', 'provider_not_found', 'not_supported'] as const;

/** Undefined where the provider says that this is not open to us; every other failure stays one. */
export async function unlessClosed<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (CLOSED.some((code) => isAppError(error, code))) return undefined;
    throw error;
  }
}

/** What a connection knows of a feature that may not be open to it. */
export interface FeatureMemory {
  /** Whether to ask for the feature in this call. */
  shouldAsk(): boolean;
  remember(state: 'open' | 'closed'): void;
}

/** Remembers that a feature is closed for `calls` calls, since a connection has no clock, then asks again. */
export function featureMemory(calls: number): FeatureMemory {
  let skip = 0;
  return {
    shouldAsk: () => {
      if (skip === 0) return true;
      skip -= 1;
      return false;
    },
    remember: (state) => {
      skip = state === 'closed' ? calls : 0;
    },
  };
}
