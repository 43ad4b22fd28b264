import type { Actor } from '../../domain/actor.ts';
import { disownedKeyFinding } from '../../domain/detectors/new-key.ts';
import { invalid } from '../actions/record-request.ts';
import { type RecordDeps, recordIn } from '../alerts/record-finding.ts';
import { announceRotation } from './announce-rotation.ts';
import { findNewKey } from './find-new-keys.ts';
import { notFound } from './refusals.ts';

/** The answer to *which is the new key?* that none is: each of them is told at once, and not asked about again. */
export async function disownNewKeys(
  deps: RecordDeps,
  { actor, rotationId }: { readonly actor: Actor; readonly rotationId: string },
): Promise<void> {
  await deps.store.write(async (tx) => {
    const rotation = await tx.rotations.get(rotationId);
    if (rotation === undefined) throw notFound(rotationId);
    const found = await findNewKey(tx, rotation);
    if (found.kind !== 'unclear') throw invalid('Nothing was changed: no key is in question any more.');
    const at = deps.clock.now();
    for (const key of found.keys) await recordIn({ deps, tx }, disownedKeyFinding(key, at));
    const detail = { keyIds: found.keys.map(({ id }) => id).join(' ') };
    await tx.audit.append({ at, actor, verb: 'rotation.keys_disowned', subject: rotationId, detail });
    await announceRotation({ deps, tx }, rotation);
  });
}
