import { describeRotation, type RotationCard } from '../../../services/rotation/describe-rotation.ts';
import { notFound } from '../../../services/rotation/refusals.ts';
import type { SlackContext } from '../../context.ts';

/** Everything that the messages of a rotation show, as it is now. */
export async function rotationCard({ deps }: SlackContext, rotationId: string): Promise<RotationCard> {
  const card = await describeRotation(deps, rotationId);
  if (card === undefined) throw notFound(rotationId);
  return card;
}
