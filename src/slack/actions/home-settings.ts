import { authorise } from '../authorise.ts';
import type { ButtonHandler } from '../interaction.ts';
import { HOME_SETTINGS } from '../views/home.ts';
import { SETTINGS_TITLE, settingsModal } from '../views/home-settings.ts';
import { openModal } from './lib/open-modal.ts';

/** `Settings…` of the Home tab, for admins. */
export const homeSettings: ButtonHandler = {
  kind: 'button',
  id: HOME_SETTINGS,
  run(context, click) {
    const build = async () => {
      await authorise(context, { gesture: click, act: 'see_settings', lineage: null });
      return settingsModal(context.policySettings, context.configLines);
    };
    return openModal(context, click, { title: SETTINGS_TITLE, build });
  },
};
