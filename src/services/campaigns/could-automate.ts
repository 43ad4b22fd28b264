import type { CampaignMember } from '../../domain/campaign.ts';
import type { CampaignReport } from '../../domain/campaign-report.ts';
import { type Rotation, stepOf } from '../../domain/rotation.ts';
import { parseEvidence } from '../../domain/rotation-evidence.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';

export interface Walked {
  readonly member: CampaignMember;
  readonly rotation: Rotation;
}

interface Read {
  readonly deps: Pick<Deps, 'providers'>;
  readonly tx: Pick<Repos, 'keys' | 'rotationConsumers'>;
}

type Automatable = Required<Pick<CampaignReport, 'couldAutomate' | 'withoutStore' | 'withoutHook' | 'keyless'>>;

/** What people did by hand in finished rotations although Keysteward, or nobody at all, could do it the next time. */
export async function couldAutomate(read: Read, done: readonly Walked[]): Promise<Automatable> {
  const found = { couldAutomate: [] as string[], withoutStore: [] as string[], withoutHook: [] as string[] };
  const keyless = new Map<string, Automatable['keyless'][number]>();
  for (const { member, rotation } of done) {
    const { slug } = member;
    if (isKeptByHand(rotation)) found.withoutStore.push(slug);
    if (await isRolledOutByHand(read, rotation)) found.withoutHook.push(slug);
    if (parseEvidence('generate', stepOf(rotation, 'generate').evidence)?.how === 'made') continue;
    const key = await read.tx.keys.get(rotation.oldKeyId);
    const provider = key && read.deps.providers.get(key.connectionId);
    const create = provider?.capabilities.create ?? 'none';
    if (create === 'any' || (create === 'service_account' && key?.owner?.kind === 'service_account')) {
      found.couldAutomate.push(slug);
    }
    if (provider?.keyless === undefined) continue;
    const { title, url } = provider.keyless;
    keyless.set(url, { title, url, slugs: [...(keyless.get(url)?.slugs ?? []), slug] });
  }
  return { ...found, keyless: [...keyless.values()] };
}

/** A person has put the value somewhere that policy does not name. */
function isKeptByHand(rotation: Rotation): boolean {
  const { state, evidence } = stepOf(rotation, 'store');
  return state === 'done' && parseEvidence('store', evidence)?.store === null;
}

/** People have said that the consumers read the new value, and some of these have no hook, or none is known. */
async function isRolledOutByHand({ tx }: Read, rotation: Rotation): Promise<boolean> {
  if (stepOf(rotation, 'redeploy').state !== 'done') return false;
  const consumers = await tx.rotationConsumers.ofRotation(rotation.id);
  return consumers.length === 0 || consumers.some(({ hook }) => hook === null);
}
