import { isOver, type Rotation } from '../../domain/rotation.ts';

/** What becomes of an effect: it goes through, or the app is killed before it or right after it. */
export type Cut = 'before' | 'after' | null;

export interface Kills {
  /** Effects at which the app was killed already, in this play or in an earlier one; grows. */
  readonly covered: Set<string>;
  /** The only ones that count; all, if not given. */
  readonly only?: ReadonlySet<string>;
}

// What polls do again and again in the same state of the rotation is the same effect from here on.
const MOST_REPEATS = 3;
// A story that is cut again and again in one place is another story.
const MOST_IN_ONE_STATE = 12;

/** Every effect of a play passes here, and the app is killed at those at which it has not been killed before. */
export class Gate {
  readonly #kills: Kills;
  /** Names of the points at which the app was killed in this play. */
  readonly hits: string[] = [];
  /** Met, and left for a later play. */
  left = 0;
  #state = 'begin';
  #isDead = false;
  #onKill: () => void = () => {};
  readonly #passed = new Map<string, number>();
  readonly #inState = new Map<string, number>();

  constructor(kills: Kills) {
    this.#kills = kills;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** A new run of the app begins; `onKill` ends it. */
  open(onKill: () => void): void {
    this.#onKill = onKill;
    this.#isDead = false;
  }

  /** How far the rotation is: effects of the same kind are told apart by it. */
  note({ state, steps, finalAt }: Rotation): void {
    const next = steps.find((step) => !isOver(step.state))?.name;
    this.#state = state === 'open' ? `before ${next}${finalAt === null ? '' : ', in its grace'}` : state;
  }

  /** Decides, and kills: who gets `after` lets the effect happen and nothing else. */
  arrive(label: string): Cut {
    if (this.#isDead) return 'before';
    const key = `${this.#state} · ${label}`;
    const nth = (this.#passed.get(key) ?? 0) + 1;
    const name = nth > 1 ? `${key} #${nth}` : key;
    const cut = nth > MOST_REPEATS ? null : this.#cutAt(name);
    if (cut !== 'before') this.#passed.set(key, nth);
    if (cut !== null) this.#kill(`${cut} ${name}`);
    return cut;
  }

  #cutAt(name: string): Cut {
    const { covered, only } = this.#kills;
    const cut = (['before', 'after'] as const).find((phase) => {
      const point = `${phase} ${name}`;
      return !covered.has(point) && (only?.has(point) ?? true);
    });
    if (cut === undefined) return null;
    if ((this.#inState.get(this.#state) ?? 0) < MOST_IN_ONE_STATE) return cut;
    this.left += 1;
    return null;
  }

  #kill(point: string): void {
    this.#kills.covered.add(point);
    this.hits.push(point);
    this.#inState.set(this.#state, (this.#inState.get(this.#state) ?? 0) + 1);
    this.#isDead = true;
    this.#onKill();
  }
}
