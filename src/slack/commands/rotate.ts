import { openRotateModal } from '../actions/rotate-key.ts';
import type { Subcommand } from '../command.ts';
import { pickKey } from './lib/pick-key.ts';

/** Telephones and some keyboards make one dash of two. */
const EMERGENCY = /(?:^|\s)(?:--|—|–)emergency(?=\s|$)/;

export const rotate: Subcommand = {
  name: 'rotate',
  usage: 'rotate <key> [--emergency]',
  summary: 'replace a key by a new one, step by step in a thread',
  group: 'act',
  forOwners: true,
  async run(context, request) {
    const wanted = request.argument.replace(EMERGENCY, ' ').trim();
    const isUrgent = wanted !== request.argument;
    const picked = await pickKey(context, { wanted, command: 'rotate', asker: request });
    if ('answer' in picked) return picked.answer;
    await openRotateModal(context, request, { keyId: picked.found.key.id, alertId: null, isUrgent });
    return null;
  },
};
