import { editPage } from '../actions/edit-key.ts';
import { openModal } from '../actions/lib/open-modal.ts';
import type { Subcommand } from '../command.ts';
import { EDIT_TITLE } from '../views/edit-modal.ts';
import { pickKey } from './lib/pick-key.ts';

export const edit: Subcommand = {
  name: 'edit',
  usage: 'edit <key>',
  summary: 'owner, environment, what it is for, who uses it, its cap, and the models that it may call',
  group: 'own',
  forOwners: true,
  async run(context, request) {
    const picked = await pickKey(context, { wanted: request.argument, command: 'edit', asker: request });
    if ('answer' in picked) return picked.answer;
    const { lineage } = picked.found;
    await openModal(context, request, { title: EDIT_TITLE, build: () => editPage(context, request, lineage.id) });
    return null;
  },
};
