import type { StepEvidence } from './rotation-evidence.ts';
import { ROTATION_TRANSITIONS, type RotationState, standingOf } from './rotation-standing.ts';

/** From old key to new, in the order in which people walk through them. */
export const ROTATION_STEPS = ['generate', 'store', 'redeploy', 'verify', 'revoke', 'inventory'] as const;
export type StepName = (typeof ROTATION_STEPS)[number];

/**
 * `planned`: in calm weather. `emergency`: the minutes count. `drill`: every step is walked, and nothing is changed at a
 * provider, in a store or at a hook.
 */
export const ROTATION_KINDS = ['planned', 'emergency', 'drill'] as const;
export type RotationKind = (typeof ROTATION_KINDS)[number];

export const STEP_STATES = ['todo', 'blocked', 'done', 'skipped'] as const;
export type StepState = (typeof STEP_STATES)[number];

export const STEP_EVENTS = ['complete', 'block', 'skip', 'undo'] as const;
export type StepEvent = (typeof STEP_EVENTS)[number];

/** Every (state, event) pair. Null: the event does not apply and changes nothing. */
export const STEP_TRANSITIONS: Readonly<Record<StepState, Readonly<Record<StepEvent, StepState | null>>>> = {
  todo: { complete: 'done', block: 'blocked', skip: 'skipped', undo: null },
  // Another reason may have come up.
  blocked: { complete: 'done', block: 'blocked', skip: 'skipped', undo: 'todo' },
  done: { complete: null, block: null, skip: null, undo: 'todo' },
  skipped: { complete: 'done', block: null, skip: null, undo: 'todo' },
};

/** What has to be over, done or skipped, before a step can be. The key list may follow as soon as there is a new key. */
export const STEP_NEEDS: Readonly<Record<StepName, readonly StepName[]>> = {
  generate: [],
  store: ['generate'],
  redeploy: ['store'],
  verify: ['redeploy'],
  revoke: ['verify'],
  inventory: ['generate'],
};

/** A rotation without these is none; who has nothing to store or to redeploy says so. */
export const SKIPPABLE: ReadonlySet<StepName> = new Set(['store', 'redeploy']);

/** Ticked by what the provider shows of the old key, whoever has stopped it, and never by a person's word. */
export const PROVEN: ReadonlySet<StepName> = new Set(['revoke']);

export interface RotationStep {
  readonly name: StepName;
  readonly state: StepState;
  /** Why it is blocked or was skipped, or why it counts as done although something spoke against it. */
  readonly reason: string | null;
  /** Actor text of whoever brought it into this state; null while nobody has touched it. */
  readonly by: string | null;
  readonly at: number | null;
  /** What shows that it is done (`parseEvidence`); null while it is not, and where it was a person's word alone. */
  readonly evidence: StepEvidence | null;
  /** Grows with each change; buttons carry it. */
  readonly revision: number;
}

/** One key of a lineage is replaced by another. The Slack message and its thread are a rendering of it. */
export interface Rotation {
  readonly id: string;
  readonly lineageId: string;
  readonly oldKeyId: string;
  /** Null until it is in the key list and somebody has said which one it is. */
  readonly newKeyId: string | null;
  /** The lineage that the new key began at first sight; it stands empty once the key has moved. */
  readonly formerLineageId: string | null;
  /** The alert that it was started from. */
  readonly alertId: string | null;
  readonly kind: RotationKind;
  /** The old key is known to strangers: it is stopped first, whoever breaks. */
  readonly isPublic: boolean;
  /** What Keysteward can do by itself, it does without being asked for each step. */
  readonly isAutomatic: boolean;
  /** The campaign that it belongs to. */
  readonly campaignId: string | null;
  /** What the new key has to be called, exactly; null in rotations of earlier versions. */
  readonly newName: string | null;
  /** When it should be through. */
  readonly dueAt: number | null;
  /** Nothing goes on by itself, and nobody is reminded, until somebody lets it go on. */
  readonly paused: { readonly at: number; readonly by: string; readonly reason: string } | null;
  /** When the stopped old key is revoked for good; null: it is not decided, or done. */
  readonly finalAt: number | null;
  /** The old key comes back; it stays set when that is over. */
  readonly rollback: { readonly at: number; readonly by: string; readonly reason: string } | null;
  readonly state: RotationState;
  readonly reason: string;
  /** Actor text, as the two below. */
  readonly startedBy: string;
  readonly startedAt: number;
  /** Who sees to it that it ends. */
  readonly driver: string;
  readonly closedBy: string | null;
  readonly closedAt: number | null;
  /** Why it was cancelled. */
  readonly closeReason: string | null;
  /** Grows with each change. */
  readonly revision: number;
  /** All six, in order. */
  readonly steps: readonly RotationStep[];
}

export type NewRotation = Pick<
  Rotation,
  'id' | 'lineageId' | 'oldKeyId' | 'alertId' | 'reason' | 'startedBy' | 'startedAt'
> &
  Partial<Pick<Rotation, 'kind' | 'isPublic' | 'isAutomatic' | 'campaignId' | 'newName' | 'dueAt'>>;

export function newRotation(fields: NewRotation): Rotation {
  return {
    kind: 'planned',
    isPublic: false,
    isAutomatic: false,
    campaignId: null,
    newName: null,
    dueAt: null,
    ...fields,
    paused: null,
    finalAt: null,
    rollback: null,
    newKeyId: null,
    formerLineageId: null,
    state: 'open',
    driver: fields.startedBy,
    closedBy: null,
    closedAt: null,
    closeReason: null,
    revision: 1,
    steps: ROTATION_STEPS.map((name) => ({
      name,
      state: 'todo',
      reason: null,
      by: null,
      at: null,
      evidence: null,
      revision: 1,
    })),
  };
}

export interface StepChange {
  readonly step: StepName;
  readonly event: StepEvent;
  /** Actor text. */
  readonly by: string;
  readonly at: number;
  readonly reason: string | null;
  /** The provider shows it; nobody has to be believed. */
  readonly isProof?: boolean;
  readonly evidence?: StepEvidence;
}

export type StepRefusal =
  | { readonly kind: 'closed' }
  | { readonly kind: 'rolling_back' }
  /** The step is in a state that the event does not apply to. */
  | { readonly kind: 'state' }
  | { readonly kind: 'not_skippable' }
  | { readonly kind: 'only_by_proof' }
  | { readonly kind: 'no_new_key' }
  /** Steps that come before it are not over. */
  | { readonly kind: 'too_early'; readonly steps: readonly StepName[] }
  /** Steps that build on it are over and have to be undone first. */
  | { readonly kind: 'built_upon'; readonly steps: readonly StepName[] };

/** Why a change of a step is not possible now; null where it is. */
export function stepRefusal(
  rotation: Rotation,
  { step: name, event, isProof = false }: Pick<StepChange, 'step' | 'event' | 'isProof'>,
): StepRefusal | null {
  const standing = standingOf(rotation);
  if (ROTATION_TRANSITIONS[standing].change === null) {
    return { kind: standing === 'rolling_back' ? standing : 'closed' };
  }
  const { state } = stepOf(rotation, name);
  if (STEP_TRANSITIONS[state][event] === null) return { kind: 'state' };
  if (event === 'skip' && !SKIPPABLE.has(name)) return { kind: 'not_skippable' };
  const isWord = event === 'complete' || (event === 'undo' && state === 'done');
  if (PROVEN.has(name) && isWord) return isProof ? null : { kind: 'only_by_proof' };
  if (event === 'complete' || event === 'skip') {
    const missing = missingBefore(rotation, name);
    if (missing.length > 0) return { kind: 'too_early', steps: missing };
  }
  const needsKey = name === 'inventory' && rotation.kind !== 'drill';
  if (event === 'complete' && needsKey && rotation.newKeyId === null) return { kind: 'no_new_key' };
  if (event === 'undo' && isOver(state)) {
    const after = builtUpon(rotation, name);
    if (after.length > 0) return { kind: 'built_upon', steps: after };
  }
  return null;
}

/** The rotation after a change that nothing speaks against; with its last step it is done. */
export function withStep(rotation: Rotation, change: StepChange): Rotation {
  const before = stepOf(rotation, change.step);
  const state = STEP_TRANSITIONS[before.state][change.event] ?? before.state;
  const { reason, by, at } = change;
  const evidence = isOver(state) ? (change.evidence ?? null) : null;
  const after: RotationStep = { ...before, state, reason, by, at, evidence, revision: before.revision + 1 };
  const steps = rotation.steps.map((step) => (step.name === change.step ? after : step));
  const forgetsKey = change.step === 'generate' && change.event === 'undo';
  // What the grace was agreed on does not hold any more.
  const endsGrace = state !== before.state && (change.step === 'revoke' || change.step === 'verify');
  const isFinished = steps.every((step) => isOver(step.state));
  return {
    ...rotation,
    steps,
    newKeyId: forgetsKey ? null : rotation.newKeyId,
    finalAt: endsGrace ? null : rotation.finalAt,
    revision: rotation.revision + 1,
    ...(isFinished ? { state: 'done', closedBy: by, closedAt: at } : {}),
  };
}

export function stepOf(rotation: Pick<Rotation, 'steps'>, name: StepName): RotationStep {
  const step = rotation.steps.find((one) => one.name === name);
  if (step === undefined) throw new RangeError(`a rotation without the step ${name}`);
  return step;
}

/** Nothing more is to be done about it. */
export function isOver(state: StepState): boolean {
  return state === 'done' || state === 'skipped';
}

/**
 * Steps that can be worked on now, in order: the first one is what the driver is asked for. An old key that waits for its
 * end asks nobody.
 */
export function nextSteps(
  rotation: Pick<Rotation, 'steps'> & Partial<Pick<Rotation, 'finalAt'>>,
): readonly RotationStep[] {
  const waits = (name: StepName) => name === 'revoke' && (rotation.finalAt ?? null) !== null;
  return rotation.steps.filter(
    ({ name, state }) => !isOver(state) && !waits(name) && missingBefore(rotation, name).length === 0,
  );
}

/** How many steps are over. */
export function progressOf({ steps }: Pick<Rotation, 'steps'>): number {
  return steps.filter(({ state }) => isOver(state)).length;
}

export function missingBefore(rotation: Pick<Rotation, 'steps'>, name: StepName): readonly StepName[] {
  return STEP_NEEDS[name].filter((need) => !isOver(stepOf(rotation, need).state));
}

/** What a proof has ticked stands for itself. */
function builtUpon(rotation: Rotation, name: StepName): readonly StepName[] {
  return rotation.steps
    .filter((step) => STEP_NEEDS[step.name].includes(name) && isOver(step.state) && !PROVEN.has(step.name))
    .map((step) => step.name);
}
