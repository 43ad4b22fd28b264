import type { Deps } from '../deps.ts';
import { type KeySummary, listAllKeys } from '../inventory/list-keys.ts';
import { type OwnKeys, ownKeysAmong } from '../inventory/own-keys.ts';
import { type Company, readCompany } from './read-company.ts';
import { type Asker, type Needs, readNeeds } from './read-needs.ts';
import { type Noise, noiseOf, readNoise } from './read-noise.ts';

/** A connection as far as it cannot be read, or has not been yet. */
export interface Sight {
  readonly title: string;
  readonly connectionId: string;
  readonly keysReadAt: number | null;
  readonly keysFailingSince: number | null;
  readonly usageReadAt: number | null;
  readonly usageFailingSince: number | null;
  readonly problem: string | null;
}

/** Everything that the Home tab of one person shows, and nothing that it must look up. */
export interface HomeCard {
  readonly now: number;
  readonly asker: Asker;
  readonly connections: readonly Sight[];
  /** Those that are not gone. */
  readonly keys: number;
  readonly needs: Needs;
  readonly own: OwnKeys;
  readonly noise: Noise;
  /** Of their own keys, from 1. */
  readonly page: number;
  /** Null for who may see the own keys alone. */
  readonly company: Company | null;
}

export type HomeDeps = Pick<Deps, 'store' | 'clock' | 'providers' | 'policy' | 'detectors' | 'prices' | 'breathe'>;

/** What is the same for everybody: read once where several tabs are made. */
export interface HomeBasis {
  readonly keys: readonly KeySummary[];
  readonly company: Company;
  readonly connections: readonly Sight[];
  readonly noise: Noise;
}

export async function readBasis(deps: HomeDeps): Promise<HomeBasis> {
  const keys = await listAllKeys(deps);
  const company = await readCompany(deps, keys);
  return { keys, company, connections: await readSights(deps), noise: await readNoise(deps) };
}

export async function readHome(
  deps: HomeDeps,
  asker: Asker,
  { basis, page }: { readonly basis: HomeBasis; readonly page: number },
): Promise<HomeCard> {
  const own = await ownKeysAmong(deps, basis.keys, { userId: asker.userId, withClaims: asker.seesAll });
  return {
    now: deps.clock.now(),
    asker,
    connections: asker.seesAll ? basis.connections : connectionsOf(own, basis.connections),
    keys: basis.company.keys,
    needs: await readNeeds(deps, asker),
    own,
    noise: asker.seesAll ? basis.noise : noiseOf(basis.noise, asker.userId),
    page,
    company: asker.seesAll ? basis.company : null,
  };
}

/** Which providers the company has is nothing for who sees the own keys alone. */
function connectionsOf({ keys }: OwnKeys, connections: readonly Sight[]): readonly Sight[] {
  const ids = new Set(keys.map(({ key }) => key.connectionId));
  return connections.filter(({ connectionId }) => ids.has(connectionId));
}

async function readSights({ store, providers }: HomeDeps): Promise<readonly Sight[]> {
  const { inventoryReads, watermarks } = store.read;
  return Promise.all(
    [...providers.values()].map(async ({ connectionId, title }) => {
      const inventory = await inventoryReads.get(connectionId);
      const usage = await watermarks.get(connectionId);
      return {
        connectionId,
        title,
        keysReadAt: inventory?.readAt ?? null,
        keysFailingSince: inventory?.failingSince ?? null,
        usageReadAt: usage?.polledAt ?? null,
        usageFailingSince: usage?.failingSince ?? null,
        problem: usage?.problem ?? inventory?.problem ?? null,
      };
    }),
  );
}
