import { stepOf } from '../../../domain/rotation.ts';
import { parseEvidence } from '../../../domain/rotation-evidence.ts';
import { formatLength, plural } from '../../../domain/time.ts';
import type { RotationCard } from '../../../services/rotation/describe-rotation.ts';
import { dayAndTime, foreign, type Locale } from '../text.ts';

export function verifyWords({ rotation }: RotationCard): readonly string[] {
  if (rotation.kind === 'drill') return ['No traffic moves: *Simulate* ticks this step.'];
  const quiet =
    rotation.kind === 'emergency'
      ? 'The new key has to show traffic; in an emergency nobody waits for the old one to be quiet.'
      : 'The new key has to show traffic, and the old one none: for a day, or for the longest gap of its last 35 days where that is longer, 8 days at most.';
  return [
    `${quiet} This step ticks itself then. *Check traffic…* shows how far it is and who still calls, and lets you go on with a reason.`,
  ];
}

export function verifyFacts({ rotation }: RotationCard, locale: Locale): readonly string[] {
  const evidence = parseEvidence('verify', stepOf(rotation, 'verify').evidence);
  if (evidence === null) return [];
  if (evidence.proof === 'simulated') return [];
  const { firstSeenAt, requests, models, oldQuietSince, neededMs, override } = evidence;
  const count = requests === null ? '' : `, ${plural(requests, 'request')} since`;
  const what = models.length === 0 ? '' : ` (${models.map((model) => foreign(model, 40)).join(', ')})`;
  const fresh =
    firstSeenAt === null
      ? 'The new key was not seen'
      : `The new key was first seen ${dayAndTime(firstSeenAt, locale)}${count}${what}`;
  const by = override === null && firstSeenAt !== null ? 'Verified by Keysteward. ' : '';
  const old =
    override !== null || neededMs === 0 || oldQuietSince === null
      ? ''
      : ` The old key is quiet since ${dayAndTime(oldQuietSince, locale)}; ${formatLength(neededMs)} were needed.`;
  return [`${by}${fresh}.${old}`];
}
