import type { View } from '@slack/types';
import { z } from 'zod';
import { suggestName } from '../../domain/hygiene/lint.ts';
import { readLint } from '../../services/hygiene/read-lint.ts';
import { canRename, nameFault, renameLineage } from '../../services/inventory/rename-lineage.ts';
import { authorise } from '../authorise.ts';
import { decodeButton } from '../button-value.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler, CheckResult, Submission, SubmitHandler } from '../interaction.ts';
import { noticeModal } from '../views/action-modal.ts';
import { EDIT_TITLE } from '../views/edit-modal.ts';
import { LINT_ASSIGN, LINT_RENAME, NAME_BLOCK, RENAME_TITLE, renameModal } from '../views/lint.ts';
import { escaped } from '../views/text.ts';
import { editPage } from './edit-key.ts';
import { keyAndLineage } from './key-action-buttons.ts';
import { openModal } from './lib/open-modal.ts';
import { readMetadata } from './lib/read-metadata.ts';

const metadata = z.object({ keyId: z.string(), revision: z.number().int() });

/** `Assign…`: owner and environment, in the modal of `/keys edit`. */
export const lintAssign: ButtonHandler = {
  kind: 'button',
  id: LINT_ASSIGN,
  run(context, click) {
    const build = async () => {
      const { lineage } = await keyAndLineage(context, decodeButton(click.value).keyId);
      return editPage(context, click, lineage.id);
    };
    return openModal(context, click, { title: EDIT_TITLE, build });
  },
};

export const lintRename: ButtonHandler = {
  kind: 'button',
  id: LINT_RENAME,
  run(context, click) {
    const { deps } = context;
    const build = async () => {
      const { key, lineage } = await keyAndLineage(context, decodeButton(click.value).keyId);
      await authorise(context, { gesture: click, act: 'classify', lineage });
      const { naming } = deps.policy;
      const slugs = new Set(await deps.store.read.lineages.slugs());
      const subject = (await readLint(deps, key.id))[0]?.subject;
      const ref = { providerKeyId: key.providerKeyId, scopeId: key.scopeId };
      return renameModal({
        keyId: key.id,
        revision: lineage.revision,
        slug: lineage.slug,
        label: key.label,
        pattern: naming.pattern,
        suggestion: subject === undefined ? null : suggestName(subject, naming, (name) => slugs.has(name)),
        atProvider: canRename(deps, key),
        consoleSteps: deps.providers.get(key.connectionId)?.consoleSteps('rename', ref) ?? null,
      });
    };
    return openModal(context, click, { title: RENAME_TITLE, build });
  },
};

export const lintRenameSubmit: SubmitHandler = {
  kind: 'submit',
  id: LINT_RENAME,

  async check({ deps }: SlackContext, { values }: Submission): Promise<CheckResult> {
    const fault = nameFault(values[NAME_BLOCK]?.trim() ?? '', deps);
    if (fault !== null) return { ok: false, errors: { [NAME_BLOCK]: fault } };
    return { ok: true, view: noticeModal(RENAME_TITLE, 'Saving…') };
  },

  async run(context: SlackContext, submission: Submission): Promise<View> {
    const { keyId, revision } = readMetadata(metadata, submission.privateMetadata);
    const { lineage } = await keyAndLineage(context, keyId);
    const actor = await authorise(context, { gesture: submission, act: 'classify', lineage });
    const name = submission.values[NAME_BLOCK] ?? '';
    const { before, after, atProvider } = await renameLineage(context.deps, { actor, keyId, revision, name });
    const there = atProvider
      ? ' Its provider is asked to rename it as well; `/keys history` tells when that is done.'
      : '';
    return noticeModal(
      RENAME_TITLE,
      `*${escaped(before.slug)} is called ${escaped(after.slug)} now.*${there} \`/keys show ${escaped(after.slug)}\` shows it.`,
    );
  },
};
