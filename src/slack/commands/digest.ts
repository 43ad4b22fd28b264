import { previewDigest } from '../../services/digest/read-digest.ts';
import type { Subcommand } from '../command.ts';
import { lookFor } from '../digest-renderers.ts';
import { digestView } from '../views/digest.ts';

export const digest: Subcommand = {
  name: 'digest',
  usage: 'digest',
  summary: 'what the weekly digest would say now: score, money, three things to do; for you alone',
  group: 'look',
  async run({ deps, locale }) {
    const card = await previewDigest(deps);
    const { text, blocks } = digestView(card, await lookFor(deps, card, locale));
    return { text, blocks };
  },
};
