export const ROTATION_STATES = ['open', 'done', 'cancelled'] as const;
export type RotationState = (typeof ROTATION_STATES)[number];

/** How it stands: open ones may be paused, or on their way back. */
export const ROTATION_STANDINGS = ['open', 'paused', 'rolling_back', 'done', 'cancelled'] as const;
export type RotationStanding = (typeof ROTATION_STANDINGS)[number];

/** `change` is all that leaves it as it stands: a step, another driver, the name of the new key. */
export const ROTATION_EVENTS = ['change', 'finish', 'cancel', 'pause', 'resume', 'roll_back'] as const;
export type RotationEvent = (typeof ROTATION_EVENTS)[number];

const OVER = { change: null, finish: null, cancel: null, pause: null, resume: null, roll_back: null } as const;

/** Every (standing, event) pair. People may go on with one that is paused; one that is rolled back ends as cancelled. */
export const ROTATION_TRANSITIONS: Readonly<
  Record<RotationStanding, Readonly<Record<RotationEvent, RotationStanding | null>>>
> = {
  open: {
    change: 'open',
    finish: 'done',
    cancel: 'cancelled',
    pause: 'paused',
    resume: null,
    roll_back: 'rolling_back',
  },
  paused: {
    change: 'paused',
    finish: 'done',
    cancel: 'cancelled',
    pause: null,
    resume: 'open',
    roll_back: 'rolling_back',
  },
  // The old key has ended for good after all, and everything else is done: there is nothing to go back to.
  rolling_back: { ...OVER, cancel: 'cancelled', finish: 'done' },
  done: OVER,
  cancelled: OVER,
};

/** One that is over stays as it is, whatever it was before. */
export function standingOf({
  state,
  paused,
  rollback,
}: {
  readonly state: RotationState;
  readonly paused: object | null;
  readonly rollback: object | null;
}): RotationStanding {
  if (state !== 'open') return state;
  if (rollback !== null) return 'rolling_back';
  return paused === null ? 'open' : 'paused';
}
