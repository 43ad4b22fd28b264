/**
 * `request`: a call that may change something outside. `read`: a call that cannot. `ack`: the acknowledgement of a
 * gesture. `commit`: a transaction that changed the database.
 */
export type EffectKind = 'request' | 'read' | 'ack' | 'commit';
export type Phase = 'before' | 'applied' | 'after';

/** One thing that the app did. */
export interface Effect {
  readonly kind: EffectKind;
  readonly label: string;
  /** What the app answers to: an instant, and the gesture if there is one. */
  readonly beat: string;
  /** Tells those of one label in one beat apart. */
  readonly nth: number;
}

/** A read changes nothing, so there is one moment only; what is applied to the database at once has no in-between. */
export const PHASES: Readonly<Record<EffectKind, readonly Phase[]>> = {
  request: ['before', 'applied', 'after'],
  read: ['before'],
  ack: ['before', 'after'],
  commit: ['before', 'after'],
};

// The phase in which each kind of effect has changed something.
const CHANGED: Readonly<Record<EffectKind, Phase | null>> = {
  request: 'applied',
  read: null,
  ack: 'after',
  commit: 'after',
};

export interface KillPoint {
  readonly effect: Effect;
  readonly phase: Phase;
}

/** A point in the order of the recording. */
export interface Moment extends KillPoint {
  /** Grows with each change and each beat: at two moments of one state a crash leaves the same behind. */
  readonly state: number;
}

export function pointName({ effect: { label, nth, beat }, phase }: KillPoint): string {
  const moment = phase === 'applied' ? 'applied, not answered' : phase;
  return `${beat} · ${moment} · ${label}${nth > 1 ? ` #${nth}` : ''}`;
}

/** Stands between the app and everything that it changes: notes each effect in order, and kills the app at some. */
export class Gate {
  readonly moments: Moment[] = [];
  /** The points at which the app was killed. */
  readonly hits: KillPoint[] = [];
  readonly #targets: readonly KillPoint[];
  readonly #counts = new Map<string, number>();
  #kill: () => void = () => {};
  #isShut = false;
  #state = 0;
  #beat = '';
  #arrivals = 0;

  constructor(targets: readonly KillPoint[] = []) {
    this.#targets = targets;
  }

  /** How many effects have come so far. */
  get arrivals(): number {
    return this.#arrivals;
  }

  /** A new process goes through the gate; `kill` ends it. */
  open(kill: () => void): void {
    this.#kill = kill;
    this.#isShut = false;
  }

  /** Time jumps, or somebody does something. */
  beat(name: string): void {
    this.#beat = name;
    this.#state += 1;
  }

  arrive(kind: EffectKind, label: string): Effect {
    const beat = this.#beat;
    const name = `${beat}\n${label}`;
    const nth = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, nth);
    this.#arrivals += 1;
    return { kind, label, beat, nth };
  }

  /** Resolves when the effect may go on; never for the one at which the app dies, and for what is behind it. */
  pass(effect: Effect, phase: Phase): Promise<void> {
    if (PHASES[effect.kind].includes(phase)) this.#note(effect, phase);
    return this.#isShut ? new Promise(() => {}) : Promise.resolve();
  }

  #note(effect: Effect, phase: Phase): void {
    if (phase === CHANGED[effect.kind]) this.#state += 1;
    const moment = { effect, phase, state: this.#state };
    this.moments.push(moment);
    const isTarget = this.#targets.some((target) => isSame(target, moment));
    if (this.#isShut || !isTarget || this.hits.some((hit) => isSame(hit, moment))) return;
    this.hits.push(moment);
    this.#isShut = true;
    this.#kill();
  }
}

export function isSame(one: KillPoint, other: KillPoint): boolean {
  return pointName(one) === pointName(other);
}
