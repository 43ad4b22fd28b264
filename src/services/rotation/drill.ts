import type { Actor } from '../../domain/actor.ts';
import { stepLengths } from '../../domain/campaign-report.ts';
import type { Rotation, StepName } from '../../domain/rotation.ts';
import type { Deps } from '../deps.ts';
import { type OpenedRotation, openRotation } from './open-rotation.ts';

/** What a rehearsal came to. */
export interface DrillRecord {
  readonly rotation: Rotation;
  readonly slug: string;
  readonly lengthMs: number | null;
  readonly steps: readonly { readonly step: StepName; readonly lengthMs: number }[];
}

/** Begins a rehearsal: every step is walked, and nothing is changed at a provider, in a store or at a hook. */
export function openDrill(
  deps: Pick<Deps, 'store' | 'clock' | 'ids' | 'outlets'>,
  { actor, keyId }: { readonly actor: Actor; readonly keyId: string },
): Promise<OpenedRotation> {
  return openRotation(deps, { actor, keyId, alertId: null, reason: 'a drill', purpose: { kind: 'drill' } });
}

/** The newest first, with how long each step took. */
export async function readDrills({ store }: Pick<Deps, 'store'>, limit: number): Promise<readonly DrillRecord[]> {
  const { lineages, rotations } = store.read;
  const drills = await rotations.latestOfKind('drill', limit);
  return Promise.all(
    drills.map(async (rotation) => ({
      rotation,
      slug: (await lineages.get(rotation.lineageId))?.slug ?? rotation.lineageId,
      lengthMs: rotation.closedAt === null ? null : rotation.closedAt - rotation.startedAt,
      steps: drillSteps(rotation),
    })),
  );
}

export function drillSteps(rotation: Rotation): DrillRecord['steps'] {
  return [...stepLengths(rotation)].map(([step, lengthMs]) => ({ step, lengthMs }));
}
