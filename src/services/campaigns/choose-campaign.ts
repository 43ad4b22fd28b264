import type { Campaign } from '../../domain/campaign.ts';
import { type Choice, chooseMembers } from '../../domain/campaign-members.ts';
import { EVERY_KEY, parseKeyQuery } from '../../domain/key-query.ts';
import { nextTurn, type RotationTurn } from '../../domain/rotation-calendar.ts';
import {
  type CalendarEnvironment,
  cadenceOf,
  calendarEnvironment,
  type RotationCadence,
} from '../../domain/rotation-policy.ts';
import type { Deps } from '../deps.ts';
import { type KeySummary, listAllKeys } from '../inventory/list-keys.ts';
import { queryKeys } from '../inventory/query-keys.ts';

export type ChooseDeps = Pick<Deps, 'store' | 'clock' | 'policy' | 'providers'>;

/** What a campaign is about: an environment, or what fits a filter as for `/keys list`. */
export interface CampaignAim {
  readonly environment: CalendarEnvironment | null;
  readonly filter: string;
}

/** The keys of a campaign and those that are left out. `startsAt`: by the calendar; null: because a person says so. */
export async function chooseCampaign(
  deps: ChooseDeps,
  aim: CampaignAim & { readonly startsAt: number | null },
): Promise<readonly Choice[]> {
  const now = deps.clock.now();
  const summaries = await keysOf(deps, aim);
  const open = new Map((await deps.store.read.rotations.allOpen()).map((one) => [one.lineageId, one]));
  const turns = new TurnTable(deps, aim.startsAt ?? now);
  const candidates = summaries.map(({ key, lineage }) => {
    const { cadence, override } = cadenceOf(lineage, deps.policy.rotation);
    const rotation = open.get(lineage.id);
    return {
      key,
      lineage,
      cadence,
      override,
      isConnected: deps.providers.has(key.connectionId),
      isItsTurn: aim.startsAt === null || turns.isTurn(cadence, now),
      // A rehearsal gives way.
      openRotationId: rotation === undefined || rotation.kind === 'drill' ? null : rotation.id,
    };
  });
  return chooseMembers(candidates, now);
}

/** The day of the calendar that a campaign is for: one that was missed may wait for a later one. */
export function turnOfCampaign({
  environment,
  filter,
  startsAt,
  lateMs,
}: Campaign): CampaignAim & { readonly startsAt: number } {
  return { environment, filter, startsAt: startsAt - lateMs };
}

/** The next turn of an environment: its own calendar's, or that of one of its keys with a calendar of their own. */
export async function nextTurnOf(
  deps: ChooseDeps,
  environment: CalendarEnvironment,
  after: number,
): Promise<RotationTurn | null> {
  const { policy } = deps;
  const lineages = (await keysOf(deps, { environment, filter: '' })).map(({ lineage }) => lineage);
  const cadences = new Map<string, RotationCadence>();
  for (const lineage of lineages) {
    const { cadence, override } = cadenceOf(lineage, policy.rotation);
    cadences.set(override?.match ?? '', cadence);
  }
  const turns = [...cadences.values()].flatMap((cadence) => turnOf(deps, cadence, after) ?? []);
  return turns.toSorted((a, b) => a.at - b.at)[0] ?? null;
}

function turnOf({ policy }: Pick<Deps, 'policy'>, cadence: RotationCadence, after: number): RotationTurn | null {
  return nextTurn(cadence, { after, timeZone: policy.calendar.timeZone, policy: policy.rotation });
}

async function keysOf(deps: ChooseDeps, { environment, filter }: CampaignAim): Promise<readonly KeySummary[]> {
  const all = await listAllKeys(deps);
  const query = filter === '' ? EVERY_KEY : parseKeyQuery(filter, { currency: deps.policy.currency, askerId: null });
  const found = queryKeys(all, query, { now: deps.clock.now(), policy: deps.policy });
  if (environment === null) return found;
  return found.filter(({ lineage }) => calendarEnvironment(lineage.environment) === environment);
}

/** Many keys share few calendars. */
class TurnTable {
  readonly #deps: Pick<Deps, 'policy'>;
  readonly #from: number;
  readonly #turns = new Map<string, RotationTurn | null>();

  constructor(deps: Pick<Deps, 'policy'>, from: number) {
    this.#deps = deps;
    this.#from = from;
  }

  /** From the planned beginning on, or since, where it was missed. */
  isTurn(cadence: RotationCadence, now: number): boolean {
    const id = JSON.stringify(cadence);
    const known = this.#turns.get(id);
    const turn = known === undefined ? turnOf(this.#deps, cadence, this.#from - 1) : known;
    this.#turns.set(id, turn);
    return turn !== null && turn.at <= Math.max(now, this.#from);
  }
}
