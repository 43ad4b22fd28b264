import { openStartModal } from '../actions/campaign.ts';
import { openDrillModal } from '../actions/drill.ts';
import { openRotateModal } from '../actions/rotate-key.ts';
import { requireViewer } from '../authorise.ts';
import type { Subcommand } from '../command.ts';
import { pickKey } from './lib/pick-key.ts';
import { aimOf, reportAnswer } from './lib/rotate-many.ts';

/** Telephones and some keyboards make one dash of two. */
const EMERGENCY = /(?:^|\s)(?:--|—|–)emergency(?=\s|$)/;

export const rotate: Subcommand = {
  name: 'rotate',
  usage: 'rotate <key> [--emergency] | campaign [filters] | drill [key] | report',
  summary:
    'replace a key by a new one, step by step in a thread; `campaign` those of an environment or that fit filters, `drill` rehearses it',
  group: 'act',
  forOwners: true,
  async run(context, request) {
    const [word = '', ...others] = request.argument.split(/\s+/);
    const rest = others.join(' ');
    switch (word.toLowerCase()) {
      case 'campaign':
        await openStartModal(context, request, aimOf(context, rest, request.userId));
        return null;
      case 'report':
        await requireViewer(context, request);
        return reportAnswer(context, rest);
      case 'drill': {
        if (rest === '') {
          await openDrillModal(context, request, null);
          return null;
        }
        const picked = await pickKey(context, { wanted: rest, command: 'rotate', asker: request });
        if ('answer' in picked) return picked.answer;
        await openDrillModal(context, request, picked.found.key.id);
        return null;
      }
    }
    const wanted = request.argument.replace(EMERGENCY, ' ').trim();
    const isUrgent = wanted !== request.argument;
    const picked = await pickKey(context, { wanted, command: 'rotate', asker: request });
    if ('answer' in picked) return picked.answer;
    await openRotateModal(context, request, { keyId: picked.found.key.id, alertId: null, isUrgent });
    return null;
  },
};
