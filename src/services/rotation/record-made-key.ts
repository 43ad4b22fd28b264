import { actorText } from '../../domain/actor.ts';
import type { ProviderKey } from '../../domain/key.ts';
import { type Rotation, stepRefusal, withStep } from '../../domain/rotation.ts';
import type { EvidenceOf, StepEvidence } from '../../domain/rotation-evidence.ts';
import { scrubSecrets } from '../../domain/secret.ts';
import type { Provider } from '../../ports/provider.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { insertNewKey, newKeyContext } from '../inventory/new-key.ts';
import { announceRotation, saveRotation } from './announce-rotation.ts';
import { MAKER } from './creation-of.ts';

interface Context {
  readonly deps: Pick<Deps, 'clock' | 'ids' | 'policy'>;
  readonly tx: Repos;
  readonly provider: Provider;
}

export interface MadeAndStored {
  readonly rotationId: string;
  readonly key: ProviderKey;
  readonly stored: EvidenceOf<'store'>;
}

/** The key that was made is in the inventory and is the rotation's new key; both of its steps are done, with what shows it. */
export async function recordMadeKey(context: Context, { rotationId, key, stored }: MadeAndStored): Promise<void> {
  const { tx } = context;
  const newKeyId = await adopt(context, key);
  const rotation = await tx.rotations.get(rotationId);
  if (rotation === undefined || newKeyId === null) return;
  const generated = { proof: 'shown', how: 'made', providerKeyId: key.id } as const;
  const made = await tick(
    context,
    { ...rotation, newKeyId },
    { step: 'generate', evidence: generated, from: rotation },
  );
  if (made !== null) await tick(context, made, { step: 'store', evidence: stored, from: made });
  else await announceRotation(context, rotation);
}

interface Tick {
  readonly step: 'generate' | 'store';
  readonly evidence: StepEvidence;
  readonly from: Rotation;
}

/** Null where somebody has brought the rotation elsewhere meanwhile: the key is in the inventory, and that is all. */
async function tick(context: Context, rotation: Rotation, { step, evidence, from }: Tick): Promise<Rotation | null> {
  if (stepRefusal(from, { step, event: 'complete' }) !== null) return null;
  const at = context.deps.clock.now();
  const after = withStep(rotation, { step, event: 'complete', by: actorText(MAKER), at, reason: null, evidence });
  const news = { actor: MAKER, verb: 'rotation.step.done', detail: { step, newKeyId: after.newKeyId } };
  await saveRotation(context, { before: from, after }, news);
  return after;
}

/** Like a key that a sync has met, but nobody is surprised by it. */
async function adopt({ deps, tx, provider }: Context, listed: ProviderKey): Promise<string | null> {
  const known = await tx.keys.ofProvider(provider.id, listed.id);
  if (known !== undefined) return known.id;
  const scopes = (await tx.scopes.all()).filter(({ providerId }) => providerId === provider.id);
  const context = await newKeyContext({ deps, provider, tx }, scopes);
  const announcements = { isFirstListing: true, awaitedNames: new Set<string>(), awaitedIn: new Set<string | null>() };
  await insertNewKey({ ...context, announcements }, { ...listed, label: scrubSecrets(listed.label) }, 'made');
  return (await tx.keys.ofProvider(provider.id, listed.id))?.id ?? null;
}
