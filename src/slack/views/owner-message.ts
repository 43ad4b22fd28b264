import { countsAsProduction, type Lineage } from '../../domain/key.ts';
import { plural } from '../../domain/time.ts';
import type { OwnerMessage } from '../../services/owners/tell-owner.ts';
import { answer, type Rendered } from './blocks.ts';
import { escaped, mention } from './text.ts';

/** What a person is told who has become the owner of a key. */
export function ownerMessageView(
  lineage: Lineage,
  { givenBy, more = 0 }: Pick<OwnerMessage, 'givenBy'> & Partial<Pick<OwnerMessage, 'more'>>,
): Rendered {
  const slug = escaped(lineage.slug);
  const by = givenBy === null ? '' : `, says ${mention(givenBy)}`;
  const weight = countsAsProduction(lineage.environment) ? ' It counts as production.' : '';
  const others = more === 0 ? '' : ` and ${plural(more, 'other key')}`;
  const lines = [
    `*You own the key ${slug}${others} now*${by}.${weight}`,
    `When it misbehaves you are asked first, and you may suspend and rotate it. \`/keys show ${slug}\` shows it; with \`/keys edit ${slug}\` you say what it is for and who breaks when it stops.`,
    'If it is not yours, ask a responder to name somebody else.',
  ];
  return answer(lines.join('\n'));
}
