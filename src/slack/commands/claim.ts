import { mayAct, rolesOf } from '../../domain/authorise.ts';
import { changeLineage } from '../../services/inventory/change-lineage.ts';
import type { KeySummary } from '../../services/inventory/list-keys.ts';
import { claimLineage } from '../../services/owners/claims.ts';
import { authorise } from '../authorise.ts';
import type { CommandRequest, Subcommand } from '../command.ts';
import type { SlackContext } from '../context.ts';
import { answer, type Rendered } from '../views/blocks.ts';
import { escaped } from '../views/text.ts';
import { pickKey } from './lib/pick-key.ts';

export const claim: Subcommand = {
  name: 'claim',
  usage: 'claim <key>',
  summary: 'say that a key is yours; a responder confirms it',
  group: 'own',
  async run(context, request) {
    const picked = await pickKey(context, { wanted: request.argument, command: 'claim', asker: request });
    return 'answer' in picked ? picked.answer : claimFor(context, request, picked.found);
  },
};

/** A responder's word needs nobody else's: it holds whoever owned the key, unless the revision that was seen is given. */
export async function claimFor(
  context: SlackContext,
  request: Pick<CommandRequest, 'userId' | 'teamId'>,
  { lineage, revision = null }: Pick<KeySummary, 'lineage'> & { readonly revision?: number | null },
): Promise<Rendered> {
  const { deps } = context;
  const actor = await authorise(context, { gesture: request, act: 'claim', lineage });
  const slug = escaped(lineage.slug);
  const person = await deps.directory.person(request.userId);
  if (mayAct(rolesOf(person, deps.policy.roles, null), 'classify')) {
    const change = { ownerSlackId: request.userId };
    await changeLineage(deps, { actor, lineageId: lineage.id, revision, change });
    return answer(`*${slug}* is yours now. \`/keys edit ${slug}\` says what it is for and who uses it.`);
  }
  if (actor.kind === 'slack') await claimLineage(deps, { actor, lineageId: lineage.id });
  return answer(
    `You have claimed *${slug}*. A responder is asked in the alert channel to confirm it; until then it gives no rights.`,
  );
}
