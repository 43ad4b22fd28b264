import { userIdIn } from '../../domain/key-query.ts';
import { changeLineage } from '../../services/inventory/change-lineage.ts';
import { refuseUnfitOwner } from '../../services/owners/fit-owner.ts';
import { authorise } from '../authorise.ts';
import type { Subcommand } from '../command.ts';
import { ownerText } from '../views/alert.ts';
import { answer } from '../views/blocks.ts';
import { escaped, mention } from '../views/text.ts';
import { claimFor } from './claim.ts';
import { invalid, keyAndRest, pickKey } from './lib/pick-key.ts';

export const owner: Subcommand = {
  name: 'owner',
  usage: 'owner <key> @user',
  summary: 'whose key it is; `none` takes the owner away, `me` claims it',
  group: 'own',
  async run(context, request) {
    const { deps } = context;
    const { wanted, rest } = keyAndRest(request.argument);
    const picked = await pickKey(context, { wanted, rest, command: 'owner', asker: request });
    if ('answer' in picked) return picked.answer;
    const { key, lineage } = picked.found;
    const slug = escaped(lineage.slug);
    if (rest === '') return answer(`*${slug}* belongs to ${ownerText(lineage, key.owner)}.`);
    if (rest.toLowerCase() === 'me') return claimFor(context, request, picked.found);
    const ownerSlackId = wantedOwner(rest, lineage.slug);
    const actor = await authorise(context, { gesture: request, act: 'classify', lineage });
    if (ownerSlackId !== null) await refuseUnfitOwner(deps, ownerSlackId);
    await changeLineage(deps, { actor, lineageId: lineage.id, revision: null, change: { ownerSlackId } });
    if (ownerSlackId === null) return answer(`*${slug}* has no owner now, and gets none by itself.`);
    const told = ownerSlackId === request.userId ? '' : ' They are told by direct message.';
    return answer(`*${slug}* belongs to ${mention(ownerSlackId)} now.${told}`);
  },
};

function wantedOwner(text: string, slug: string): string | null {
  if (['none', 'nobody', '-'].includes(text.toLowerCase())) return null;
  const userId = userIdIn(text);
  if (userId !== null) return userId;
  throw invalid(`Mention the owner with @, for instance \`/keys owner ${slug} @ana\`, or say \`none\`.`);
}
