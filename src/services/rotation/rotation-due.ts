import type { Key, Lineage } from '../../domain/key.ts';
import { intervalDays, nextTurn } from '../../domain/rotation-calendar.ts';
import { cadenceOf } from '../../domain/rotation-policy.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { Deps } from '../deps.ts';

/** What the calendar says of single keys. Many keys share few answers, which are remembered here. */
export class RotationDue {
  readonly #deps: Pick<Deps, 'policy'>;
  readonly #turns = new Map<string, number | null>();

  constructor(deps: Pick<Deps, 'policy'>) {
    this.#deps = deps;
  }

  /** The first turn of a lineage later than that; null where its keys are never rotated. */
  turnAfter(lineage: Pick<Lineage, 'slug' | 'environment'>, after: number): number | null {
    const { policy } = this.#deps;
    const { cadence } = cadenceOf(lineage, policy.rotation);
    const id = JSON.stringify([cadence, after]);
    const known = this.#turns.get(id);
    if (known !== undefined) return known;
    const turn = nextTurn(cadence, { after, timeZone: policy.calendar.timeZone, policy: policy.rotation });
    this.#turns.set(id, turn?.at ?? null);
    return turn?.at ?? null;
  }

  /** The turn that takes a key of this age: campaigns leave young ones to the next. Null where it is never rotated. */
  turnOf({ createdAt }: Pick<Key, 'createdAt'>, lineage: Lineage, now: number): number | null {
    return this.turnAfter(lineage, createdAt === null ? now : Math.max(now, this.#countsFrom(createdAt, lineage)));
  }

  /** From when on a key is old enough for a turn; to the day, since ages are all different, and days are few. */
  #countsFrom(createdAt: number, lineage: Lineage): number {
    const { every } = cadenceOf(lineage, this.#deps.policy.rotation).cadence;
    return every === 'never' ? createdAt : Math.ceil(createdAt / DAY_MS + intervalDays(every) / 2) * DAY_MS;
  }

  /**
   * Whether a key was replaced in its turn, as campaigns count: young ones wait for the next, and there is time until the
   * campaign's due date. Null where no calendar is in force for it, or its age is not known.
   */
  isOnTime({ createdAt }: Pick<Key, 'createdAt'>, lineage: Lineage, now: number): boolean | null {
    const { rotation } = this.#deps.policy;
    const { every } = cadenceOf(lineage, rotation).cadence;
    if (!rotation.campaigns || every === 'never' || createdAt === null) return null;
    const dueAt = this.turnAfter(lineage, this.#countsFrom(createdAt, lineage));
    return dueAt === null ? null : now <= dueAt + rotation.dueMs;
  }
}
