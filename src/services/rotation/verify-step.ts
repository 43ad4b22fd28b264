import { actorText } from '../../domain/actor.ts';
import { AppError } from '../../domain/errors.ts';
import type { Rotation } from '../../domain/rotation.ts';
import type { EvidenceOf } from '../../domain/rotation-evidence.ts';
import type { Doubt } from '../../domain/rotation-traffic.ts';
import type { Deps } from '../deps.ts';
import { type ChangeStepInput, changeStep } from './change-step.ts';
import { cleanReason } from './open-rotation.ts';
import { readVerification, type Verification } from './read-verification.ts';
import { notFound } from './refusals.ts';

/** For the record of an override: `although …`. */
const ALTHOUGH: Readonly<Record<Doubt, string>> = {
  old_key_busy: 'the old key still had traffic',
  old_key_not_quiet: 'the old key had not been quiet for long enough',
  new_key_unknown: 'the new key was not in the key list',
  new_key_silent: 'the new key had shown no traffic',
  blind: 'usage could not be read',
};

/**
 * Calls the traffic verified, by what it is now: with a doubt it takes a reason, which is kept with what it overrides. One
 * that came up since the person looked asks to look again.
 */
export async function verifyStep(
  deps: Pick<Deps, 'store' | 'clock' | 'ids' | 'outlets'>,
  input: Pick<ChangeStepInput, 'actor' | 'rotationId' | 'revision' | 'reason'>,
): Promise<Rotation> {
  const rotation = await deps.store.read.rotations.get(input.rotationId);
  if (rotation === undefined) throw notFound(input.rotationId);
  const seen = await readVerification(deps, rotation);
  const doubts = seen?.doubts ?? ['blind'];
  const words = doubts.map((doubt) => ALTHOUGH[doubt]).join(', ');
  if (doubts.length > 0 && input.reason === null) {
    throw new AppError({
      code: 'conflict',
      message: `${rotation.id} is not verified: ${doubts.join(', ')}`,
      publicMessage: `Nothing was changed: ${words}. Look again, or say why it is verified all the same.`,
    });
  }
  const why = input.reason === null ? null : cleanReason(input.reason);
  const reason = doubts.length === 0 ? null : `although ${words}: ${why ?? ''}`;
  const override = doubts.length === 0 || why === null ? null : { reason: why, by: actorText(input.actor), doubts };
  const evidence = seen === null ? null : verifyEvidence(seen, override);
  return changeStep(deps, { ...input, step: 'verify', event: 'complete', reason, evidence });
}

/** What is kept of the traffic that a move was called verified by. */
export function verifyEvidence(
  { newKey, quiet }: Verification,
  override: EvidenceOf<'verify'>['override'],
): EvidenceOf<'verify'> {
  return {
    proof: override === null ? 'shown' : 'word',
    firstSeenAt: newKey?.firstSeenAt ?? null,
    requests: newKey?.requests ?? null,
    models: newKey?.models ?? [],
    oldQuietSince: quiet.since,
    neededMs: quiet.neededMs,
    override,
  };
}
