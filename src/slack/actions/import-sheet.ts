import type { View } from '@slack/types';
import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import { plural } from '../../domain/time.ts';
import { applyImport } from '../../services/sheets/apply-import.ts';
import { printOfPlan, readImport } from '../../services/sheets/import-sheet.ts';
import { authorise } from '../authorise.ts';
import { fetchFile } from '../fetch-file.ts';
import type { SubmitHandler } from '../interaction.ts';
import { noticeModal } from '../views/action-modal.ts';
import {
  FILE_BLOCK,
  faultsModal,
  IMPORT_APPLY,
  IMPORT_MODAL,
  IMPORT_TITLE,
  previewModal,
} from '../views/import-modals.ts';
import { readMetadata } from './lib/read-metadata.ts';

/** Which file was looked at, and what it would change then. */
const shown = z.strictObject({ file: z.string().min(1).max(64), print: z.string().max(64) });

/** `Look at it`: a dry run. */
export const importFileSubmit: SubmitHandler = {
  kind: 'submit',
  id: IMPORT_MODAL,
  async check(_context, { choices }) {
    if ((choices[FILE_BLOCK] ?? []).length === 0) return { ok: false, errors: { [FILE_BLOCK]: 'Choose a file.' } };
    return { ok: true, view: noticeModal(IMPORT_TITLE, 'Reading…') };
  },
  async run(context, submission): Promise<View> {
    await authorise(context, { gesture: submission, act: 'import', lineage: null });
    const file = submission.choices[FILE_BLOCK]?.[0] ?? '';
    const reading = await readImport(
      context.deps,
      await fetchFile(context, { fileId: file, userId: submission.userId }),
    );
    if (!reading.ok) return faultsModal(reading);
    return previewModal(reading.plan, { metadata: JSON.stringify({ file, print: printOfPlan(reading.plan) }) });
  },
};

/** `Apply`: what was shown, and nothing else. */
export const importApplySubmit: SubmitHandler = {
  kind: 'submit',
  id: IMPORT_APPLY,
  async check() {
    return { ok: true, view: noticeModal(IMPORT_TITLE, 'Importing…') };
  },
  async run(context, submission): Promise<View> {
    const { file, print } = readMetadata(shown, submission.privateMetadata);
    const actor = await authorise(context, { gesture: submission, act: 'import', lineage: null });
    const reading = await readImport(
      context.deps,
      await fetchFile(context, { fileId: file, userId: submission.userId }),
    );
    if (!reading.ok || printOfPlan(reading.plan) !== print) throw overtaken();
    await applyImport(context.deps, actor, reading.plan);
    const { edits, keyEdits, added } = reading.plan;
    const what = `*Imported:* ${plural(edits.length + keyEdits.length, 'key')} changed, ${added.length} new.`;
    return noticeModal(IMPORT_TITLE, `${what} \`/keys history\` says what.`);
  },
};

function overtaken(): AppError {
  return new AppError({
    code: 'conflict',
    message: 'the plan is not the one that was shown',
    publicMessage:
      'Nothing was imported: the inventory has changed since you looked. Give the file again with `/keys import`.',
  });
}
