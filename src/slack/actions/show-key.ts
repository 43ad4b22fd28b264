import { summarizeKey } from '../../services/inventory/list-keys.ts';
import { authorise } from '../authorise.ts';
import { decodeButton } from '../button-value.ts';
import { cardOf } from '../commands/show.ts';
import type { ButtonHandler } from '../interaction.ts';
import { keyCardModal } from '../views/key-card.ts';
import { keyAndLineage } from './key-action-buttons.ts';
import { openModal } from './lib/open-modal.ts';

const TITLE = 'Key';

/** `Show key`: the key's card, for the person who clicked alone. */
export const showKey: ButtonHandler = {
  kind: 'button',
  id: 'key_show',
  choice: 'show',
  run(context, click) {
    const { deps, locale } = context;
    const build = async () => {
      const { keyId } = decodeButton(click.value);
      const { key, lineage } = await keyAndLineage(context, keyId);
      await authorise(context, { gesture: click, act: 'look', lineage });
      const card = await cardOf(deps, await summarizeKey(deps, { key, lineage }));
      return keyCardModal(card, { title: TITLE, locale, now: deps.clock.now() });
    };
    return openModal(context, click, { title: TITLE, build });
  },
};
