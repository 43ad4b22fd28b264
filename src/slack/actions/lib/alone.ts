import type { ActionKind } from '../../../domain/action.ts';
import type { Key, Lineage } from '../../../domain/key.ts';
import { type Alone, aloneCase, aloneFault } from '../../../services/actions/break-glass.ts';
import { type ConsentCard, describeConsent } from '../../../services/actions/describe-consent.ts';
import { allows, authorise, type Gesture } from '../../authorise.ts';
import type { SlackContext } from '../../context.ts';
import type { Submission } from '../../interaction.ts';
import { ALONE, ALONE_BLOCK, PUBLIC } from '../../views/second-person.ts';

interface About {
  readonly kind: ActionKind;
  readonly key: Key;
  readonly lineage: Lineage;
}

/** What a modal says of the second person; null where one is enough. */
export async function consentFor(
  context: SlackContext,
  gesture: Gesture,
  { kind, key, lineage }: About,
): Promise<ConsentCard | null> {
  const mayActAlone = await allows(context, { gesture, act: 'break_glass', lineage });
  return describeConsent(context.deps, { userId: gesture.userId, kind, key, mayActAlone });
}

/** What stands under the checkbox when acting alone is not possible; quick and local, as `check` has to be. */
export async function aloneErrors(
  { deps }: SlackContext,
  submission: Submission,
  key: Key,
): Promise<Readonly<Record<string, string>>> {
  const alone = aloneOf(submission);
  if (alone === null) return {};
  const { userId } = submission;
  const found = await aloneCase({ deps, repos: deps.store.read }, { userId, key, ...alone });
  const fault = aloneFault(found);
  return fault === null ? {} : { [ALONE_BLOCK]: fault };
}

/** The wish to act alone, with the right to it checked; null where the box is not ticked. */
export async function aloneFrom(
  context: SlackContext,
  submission: Submission,
  { lineage }: Pick<About, 'lineage'>,
): Promise<Alone | null> {
  const alone = aloneOf(submission);
  if (alone !== null) await authorise(context, { gesture: submission, act: 'break_glass', lineage });
  return alone;
}

function aloneOf({ choices }: Submission): Alone | null {
  const ticked = choices[ALONE_BLOCK] ?? [];
  return ticked.includes(ALONE) ? { isPublic: ticked.includes(PUBLIC) } : null;
}
