import { AppError } from '../../domain/errors.ts';
import { SHEET_VIEWS, type SheetView } from '../../domain/key-columns.ts';
import { plural } from '../../domain/time.ts';
import { SHEET_FORMATS, type SheetFormat } from '../../ports/sheet.ts';
import { askKeys } from '../../services/inventory/ask-keys.ts';
import { keyInsights } from '../../services/inventory/key-insights.ts';
import { exportKeys, refuseLargeXlsx } from '../../services/sheets/export-keys.ts';
import { allows } from '../authorise.ts';
import type { Subcommand } from '../command.ts';
import { sendFile } from '../send-file.ts';
import { answer } from '../views/blocks.ts';
import { visibleTo } from './lib/pick-key.ts';

export const exportSheet: Subcommand = {
  name: 'export',
  usage: 'export [csv|xlsx] [audit|all] [filters]',
  summary:
    'keys as a sheet in your direct messages: the five columns of an audit, or all; admins get every key, others their own',
  group: 'look',
  forOwners: true,
  async run(context, request) {
    const { deps } = context;
    const { userId, teamId } = request;
    const { format, view, filter } = wordsOf(request.argument);
    const asked = { text: filter, currency: deps.policy.currency, askerId: userId, command: '/keys export' };
    const { keys: found } = await askKeys(deps, asked);
    const mayAll = await allows(context, { gesture: request, act: 'export_all', lineage: null });
    const keys = mayAll ? found : visibleTo({ userId, sight: 'own' }, found);
    if (keys.length === 0) throw nothing(mayAll);
    refuseLargeXlsx(format, keys.length);
    const actor = { kind: 'slack', userId, teamId } as const;
    const insights = await keyInsights(deps);
    const { name, bytes } = await exportKeys(deps, { actor, format, view, keys, filter, insights });
    const whose = mayAll ? plural(keys.length, 'key') : `${plural(keys.length, 'key')} of yours`;
    await sendFile(context, userId, { name, bytes, comment: `${whose}, as you asked with \`/keys export\`.` });
    const aside =
      mayAll || request.sight === 'own' || keys.length === found.length ? '' : ' An admin may export the others.';
    return answer(`*${name}* with ${whose} is in your direct messages with me.${aside}`);
  },
};

interface Words {
  readonly format: SheetFormat;
  readonly view: SheetView;
  readonly filter: string;
}

/** The format and the columns stand in front, in any order. */
function wordsOf(argument: string): Words {
  let words: Words = { format: 'csv', view: 'audit', filter: argument.trim() };
  for (;;) {
    const [, first = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(words.filter) ?? [];
    const word = first.toLowerCase();
    const format = SHEET_FORMATS.find((one) => one === word);
    const view = SHEET_VIEWS.find((one) => one === word);
    if (format === undefined && view === undefined) return words;
    words = { format: format ?? words.format, view: view ?? words.view, filter: rest };
  }
}

function nothing(mayAll: boolean): AppError {
  const publicMessage = mayAll
    ? 'Nothing was exported: no key fits all of that. `/keys list` shows every key.'
    : 'Nothing was exported: you own no key that fits, and only an admin may export the keys of others (policy.yml, roles).';
  return new AppError({ code: mayAll ? 'invalid_input' : 'forbidden', message: 'an export of nothing', publicMessage });
}
