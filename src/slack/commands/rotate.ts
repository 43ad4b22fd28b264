import { openRotateModal } from '../actions/rotate-key.ts';
import type { Subcommand } from '../command.ts';
import { pickKey } from './lib/pick-key.ts';

export const rotate: Subcommand = {
  name: 'rotate',
  usage: 'rotate <key>',
  summary: 'replace a key by a new one, step by step in a thread',
  group: 'act',
  forOwners: true,
  async run(context, request) {
    const picked = await pickKey(context, { wanted: request.argument, command: 'rotate', asker: request });
    if ('answer' in picked) return picked.answer;
    await openRotateModal(context, request, { keyId: picked.found.key.id, alertId: null });
    return null;
  },
};
