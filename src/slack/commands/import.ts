import { openModal } from '../actions/lib/open-modal.ts';
import { authorise } from '../authorise.ts';
import type { Subcommand } from '../command.ts';
import { IMPORT_TITLE, importModal } from '../views/import-modals.ts';

export const importSheet: Subcommand = {
  name: 'import',
  usage: 'import',
  summary: 'owners, environments, caps and more from a CSV or XLSX sheet; shows first what would be different',
  group: 'own',
  async run(context, request) {
    await authorise(context, { gesture: request, act: 'import', lineage: null });
    await openModal(context, request, { title: IMPORT_TITLE, build: async () => importModal() });
    return null;
  },
};
