import { userIdIn } from '../../domain/key-query.ts';
import { openBeginModal } from '../actions/departure-begin.ts';
import type { Subcommand } from '../command.ts';
import { invalid } from './lib/pick-key.ts';

export const offboard: Subcommand = {
  name: 'offboard',
  usage: 'offboard @person',
  summary: 'somebody leaves: their keys and those they could read, to reassign, rotate or revoke',
  group: 'act',
  async run(context, request) {
    const userId = userIdIn(request.argument);
    if (userId === null) throw invalid('Mention who leaves with @, for instance `/keys offboard @ana`.');
    await openBeginModal(context, request, userId);
    return null;
  },
};
