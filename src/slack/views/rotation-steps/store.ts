import { stepOf } from '../../../domain/rotation.ts';
import { parseEvidence } from '../../../domain/rotation-evidence.ts';
import { REASON_MAX } from '../../../services/actions/record-request.ts';
import type { RotationCard } from '../../../services/rotation/describe-rotation.ts';
import { type Rendered, sections } from '../blocks.ts';
import { actorMention, escaped, foreign } from '../text.ts';

/** Where the new value goes, and how a person puts it there. */
export function storeBody({ lineage, rotation, work: { place } }: RotationCard): readonly string[] {
  if (rotation.kind === 'drill') return ['Here the new value would be stored. Nothing is changed.'];
  const purpose = lineage.workload === null ? '' : ` (${foreign(lineage.workload)})`;
  if (place === null) {
    return [
      `Put the new value where the old one is kept${purpose}, as a new version of the same secret. Leave the old key alone until step 5.`,
    ];
  }
  const looks =
    place.readBack === 'value'
      ? '*Done* looks there and compares it with the new key.'
      : '*Done* looks there whether it has changed since the rotation began.';
  const blind = place.problem === null ? [] : [`:warning: ${escaped(place.problem)}`];
  return [
    `Put the new value into ${escaped(place.title)} at ${foreign(place.reference)}${purpose}. Leave the old key alone until step 5.`,
    ...place.byHand.map((line) => `\`${foreign(line)}\``),
    `The command asks for the value; never write it on the line or into Slack. ${looks}`,
    ...blind,
  ];
}

/** After a roll-back, to whoever drove it: what a person has to do about the secret. */
export function secretByHandView({ rotation, lineage, work: { place } }: RotationCard): Rendered {
  const why = foreign(stepOf(rotation, 'store').reason ?? '', REASON_MAX);
  const where = place === null ? 'where it is kept' : `into ${escaped(place.title)} at ${foreign(place.reference)}`;
  const lines = [
    `${actorMention(rotation.driver)}, ${escaped(lineage.slug)} is back on its old key, but its former secret is not put back. ${why}`,
    `*Do this by hand:* put the value of the old key back ${where}, then restart who uses it.`,
    ...(place?.byHand ?? []).map((line) => `\`${foreign(line)}\``),
  ];
  return { text: lines.join('\n'), blocks: sections(lines) };
}

/** Where it is kept, once it is. */
export function storeFacts({ rotation, work: { place } }: RotationCard): readonly string[] {
  const evidence = parseEvidence('store', stepOf(rotation, 'store').evidence);
  if (evidence === null || evidence.reference === null) return [];
  const title = place?.title ?? evidence.store ?? 'the secret store';
  const version = evidence.version === null ? '' : `, version ${foreign(evidence.version)}`;
  return [`Stored in ${escaped(title)} at ${foreign(evidence.reference)}${version}.`];
}
