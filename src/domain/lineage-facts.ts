import { globPattern } from './glob.ts';
import type { Key } from './key.ts';
import type { BurnDown } from './rotation-burndown.ts';

/** A key of a lineage, as far as detectors need it. */
export interface KeyFacts {
  readonly id: string;
  readonly kind: Key['kind'];
  readonly firstSeenAt: number;
  readonly isActive: boolean;
  /** Since when it cannot spend, as far as is known; null: it can, or it was never seen to. */
  readonly stoppedAt: number | null;
  readonly lastUsedAt: number | null;
  /** It was there from the first, or a rotation waited for it. */
  readonly announced: boolean;
  /** Whom the provider names as its owner; text from outside. */
  readonly madeBy: string | null;
}

/** Which models a lineage may call. Patterns; a model with a date at its end is also known by its name without it. */
export interface ModelBounds {
  /** Null: all. */
  readonly allowed: readonly string[] | null;
  /** What was promised of the data, such as `zero-retention`, and the models that keep it; null: nothing. */
  readonly promise: { readonly name: string; readonly models: readonly string[] } | null;
}

/** A rotation that waits for its old key to fall quiet. */
export interface KeyMove {
  readonly rotationId: string;
  readonly keyId: string;
  /** When everybody was said to read the new key. */
  readonly movedAt: number;
  readonly burnDown: BurnDown;
  /** Who used the old key lately. */
  readonly callers: readonly { readonly model: string; readonly lastAt: number }[];
}

/** What is known of a lineage besides its usage. */
export interface LineageFacts {
  readonly keys: readonly KeyFacts[];
  readonly isOwned: boolean;
  /** What was told once and is not told again: `dedupeKey` of findings. */
  readonly told: ReadonlySet<string>;
  readonly models: ModelBounds;
  readonly moves: readonly KeyMove[];
}

export const NO_BOUNDS: ModelBounds = { allowed: null, promise: null };
/** Of a lineage of which only the usage is known, such as one in a file. */
export const NO_FACTS: LineageFacts = { keys: [], isOwned: true, told: new Set(), models: NO_BOUNDS, moves: [] };

export type ModelFault = 'not_allowed' | 'not_promised';

const DATE_AT_END = /[-@](?:\d{4}-\d{2}-\d{2}|\d{8})$/;

/** Why a model must not be called; null: it may. */
export function modelFault({ allowed, promise }: ModelBounds, model: string): ModelFault | null {
  if (allowed !== null && !isAmong(allowed, model)) return 'not_allowed';
  if (promise !== null && !isAmong(promise.models, model)) return 'not_promised';
  return null;
}

function isAmong(globs: readonly string[], model: string): boolean {
  const names = [model, model.replace(DATE_AT_END, '')];
  return globs.some((glob) => {
    const pattern = globPattern(glob);
    return names.some((name) => pattern.test(name));
  });
}
