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

  /**
   * Whether a key was replaced in its turn, as campaigns count: young ones wait for the next, and there is time until the
   * campaign's due date. Null where no calendar is in force for it, or its age is not known.
   */
  isOnTime({ createdAt }: Pick<Key, 'createdAt'>, lineage: Lineage, now: number): boolean | null {
    const { rotation } = this.#deps.policy;
    const { every } = cadenceOf(lineage, rotation).cadence;
    if (!rotation.campaigns || every === 'never' || createdAt === null) return null;
    // To the day: ages are all different, days are few.
    const countsFrom = Math.ceil(createdAt / DAY_MS + intervalDays(every) / 2) * DAY_MS;
    const dueAt = this.turnAfter(lineage, countsFrom);
    return dueAt === null ? null : now <= dueAt + rotation.dueMs;
  }
}
