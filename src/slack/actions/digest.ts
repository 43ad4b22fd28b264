import { plural } from '../../domain/time.ts';
import { digestSheet } from '../../services/digest/digest-sheet.ts';
import { readScores } from '../../services/hygiene/read-score.ts';
import { allows, authorise } from '../authorise.ts';
import { digestButton } from '../digest-button.ts';
import type { ButtonHandler } from '../interaction.ts';
import { sendFile } from '../send-file.ts';
import { answer } from '../views/blocks.ts';
import { DIGEST_CSV, DIGEST_SCORE } from '../views/digest.ts';
import { scoreView } from '../views/score.ts';

/** `All keys as CSV`: into the direct messages of whoever asks; the keys of others are for admins, as every export. */
export const digestCsv: ButtonHandler = {
  kind: 'button',
  id: DIGEST_CSV,
  async run(context, click) {
    const { w: week } = digestButton.decode(click.value);
    const actor = await authorise(context, { gesture: click, act: 'look', lineage: null });
    const mayAll = await allows(context, { gesture: click, act: 'export_all', lineage: null });
    const ownerId = mayAll ? null : click.userId;
    const { name, bytes, keys } = await digestSheet(context.deps, { actor, week, ownerId });
    const whose = mayAll ? plural(keys, 'key') : `${plural(keys, 'key')} of yours`;
    await sendFile(context, click.userId, { name, bytes, comment: `${whose}, as you asked on the weekly digest.` });
    const aside = mayAll ? '' : ' An admin may export the others.';
    await click.reply(answer(`*${name}* with ${whose} is in your direct messages with me.${aside}`));
  },
};

/** `Every point lost`: what `/keys score` answers, to whoever asks alone. */
export const digestScore: ButtonHandler = {
  kind: 'button',
  id: DIGEST_SCORE,
  async run(context, click) {
    await authorise(context, { gesture: click, act: 'look', lineage: null });
    await click.reply(scoreView(await readScores(context.deps), context.locale));
  },
};
