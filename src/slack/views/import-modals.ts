import type { KnownBlock, View } from '@slack/types';
import { plural } from '../../domain/time.ts';
import {
  type FieldChange,
  faultText,
  type ImportPlan,
  type ImportReading,
  isIdle,
} from '../../services/sheets/import-plan.ts';
import { INPUT, noticeModal, plain } from './action-modal.ts';
import { context, section, sections } from './blocks.ts';
import { capital, escaped, foreign } from './text.ts';

export const IMPORT_TITLE = 'Import a sheet';
export const IMPORT_MODAL = 'import_file';
export const IMPORT_APPLY = 'import_apply';
export const FILE_BLOCK = 'file';
const SHOWN = 15;
const CELL_SHOWN = 60;

/** Asks for the file. Nothing is changed by it. */
export function importModal(): View {
  const how =
    'Take `/keys export all`, change *Owner*, *Environment*, *Workload*, *Cap*, *Retention promise*, *Allowed models* or *Consumers*, and give it back here. An empty cell empties; a column that is left out stays as it is. A new line registers a key of a provider that cannot be listed.';
  return {
    type: 'modal',
    callback_id: IMPORT_MODAL,
    title: plain(IMPORT_TITLE),
    submit: plain('Look at it'),
    close: plain('Cancel'),
    blocks: [
      section(how),
      {
        type: 'input',
        block_id: FILE_BLOCK,
        label: plain('CSV or XLSX'),
        hint: plain('You see what would be different before anything is changed. Never put a whole key into a sheet.'),
        element: { type: 'file_input', action_id: INPUT, filetypes: ['csv', 'xlsx'], max_files: 1 },
      },
    ],
  };
}

/** What the sheet would change, with the button that does it. */
export function previewModal(plan: ImportPlan, { metadata }: { readonly metadata: string }): View {
  const { edits, keyEdits, added, unchanged, ignored } = plan;
  const lines = [
    ...edits.map(({ before, words }) => changeLine(before.slug, words)),
    ...keyEdits.map(({ slug, words }) => changeLine(slug, words)),
    ...added.map(({ slug, provider }) => `• *${escaped(slug)}* is new: a key of ${foreign(provider)}, not watched`),
  ];
  const aside =
    ignored.length === 0 ? '' : `Columns that mean nothing here: ${ignored.map((one) => foreign(one, 40)).join(', ')}.`;
  if (isIdle(plan)) {
    return noticeModal(IMPORT_TITLE, `Nothing is different in ${plural(unchanged, 'line')}. ${aside}`.trim());
  }
  const shown = lines.slice(0, SHOWN);
  const more = lines.length - shown.length;
  const blocks: KnownBlock[] = [
    section(
      `*Nothing is changed yet.* It would change ${plural(edits.length + keyEdits.length, 'key')} and add ${added.length}; ${plural(unchanged, 'line')} ${unchanged === 1 ? 'says' : 'say'} what is there.`,
    ),
    ...sections(more > 0 ? [...shown, `• and ${plural(more, 'more')}`] : shown),
    context(`All of it or nothing is done. ${aside}`.trim()),
  ];
  return {
    type: 'modal',
    callback_id: IMPORT_APPLY,
    title: plain(IMPORT_TITLE),
    submit: plain('Apply'),
    close: plain('Cancel'),
    private_metadata: metadata,
    blocks,
  };
}

/** What is wrong with the sheet, by line and column. */
export function faultsModal({ faults, count }: ImportReading & { readonly ok: false }): View {
  const more = count > faults.length ? [`• and ${plural(count - faults.length, 'more fault')}`] : [];
  const lines = [...faults.map((fault) => `• ${escaped(capital(faultText(fault)))}`), ...more];
  const head = section('*Nothing was imported.* Put this right and give the file again:');
  return { type: 'modal', title: plain(IMPORT_TITLE), close: plain('Close'), blocks: [head, ...sections(lines)] };
}

function changeLine(slug: string, words: readonly FieldChange[]): string {
  const shown = (text: string) => (text === '' ? 'nothing' : foreign(text, CELL_SHOWN));
  return `• *${escaped(slug)}* ${words.map(({ field, from, to }) => `${field}: ${shown(from)} → ${shown(to)}`).join(', ')}`;
}
