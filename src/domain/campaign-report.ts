import { ROTATION_STEPS, type Rotation, type StepName, stepOf } from './rotation.ts';
import { median } from './stats.ts';

/** What is kept of a campaign when it is over. */
export interface CampaignReport {
  readonly keys: number;
  readonly done: number;
  readonly lengthMs: number;
  readonly reminders: number;
  readonly owners: readonly { readonly ownerId: string | null; readonly keys: number; readonly done: number }[];
  readonly steps: readonly StepTime[];
  readonly blocked: readonly {
    readonly slug: string;
    readonly step: StepName;
    readonly reason: string;
    readonly lengthMs: number;
  }[];
  /** Steps that count as done although something spoke against it. */
  readonly overrides: readonly {
    readonly slug: string;
    readonly step: StepName;
    readonly by: string;
    readonly reason: string;
  }[];
  readonly cancelled: readonly { readonly slug: string; readonly reason: string }[];
  /** Not through when it ended. */
  readonly open: readonly { readonly slug: string; readonly step: StepName }[];
  readonly skipped: readonly { readonly slug: string; readonly why: string }[];
  /** Made by hand, where the provider would let Keysteward make the key. */
  readonly couldAutomate: readonly string[];
  /** Stored by a person, since policy names no secret store for it; reports have this and what follows since they tell it. */
  readonly withoutStore?: readonly string[];
  /** Rolled out by people, since a consumer has no deploy hook. */
  readonly withoutHook?: readonly string[];
  /** Made by hand, where the provider has something better than a key. */
  readonly keyless?: readonly { readonly title: string; readonly url: string; readonly slugs: readonly string[] }[];
}

export interface StepTime {
  readonly step: StepName;
  readonly count: number;
  readonly medianMs: number;
  readonly longestMs: number;
  readonly byKeysteward: number;
}

/** How long each step of a rotation took: from the end of the step before it, or from the beginning. */
export function stepLengths(rotation: Pick<Rotation, 'steps' | 'startedAt'>): ReadonlyMap<StepName, number> {
  const done = ROTATION_STEPS.map((name) => stepOf(rotation, name)).flatMap(({ name, state, at }) =>
    state === 'done' && at !== null ? [{ name, at }] : [],
  );
  const ordered = done.toSorted((a, b) => a.at - b.at);
  return new Map(ordered.map(({ name, at }, index) => [name, at - (ordered[index - 1]?.at ?? rotation.startedAt)]));
}

/** Of many rotations, by step. */
export function stepTimes(rotations: readonly Pick<Rotation, 'steps' | 'startedAt'>[]): readonly StepTime[] {
  const lengths = rotations.map((rotation) => ({ rotation, of: stepLengths(rotation) }));
  return ROTATION_STEPS.flatMap((step) => {
    const taken = lengths.flatMap(({ of }) => of.get(step) ?? []);
    if (taken.length === 0) return [];
    const byKeysteward = lengths.filter(
      ({ rotation, of }) => of.has(step) && (stepOf(rotation, step).by ?? '').startsWith('system:'),
    ).length;
    return [
      { step, count: taken.length, medianMs: Math.round(median(taken)), longestMs: Math.max(...taken), byKeysteward },
    ];
  });
}
