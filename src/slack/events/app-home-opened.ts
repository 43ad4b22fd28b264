import { z } from 'zod';
import type { EventHandler } from '../event.ts';

const opened = z.object({
  user: z.string().min(1).max(64),
  /** The Messages tab is told of as well. */
  tab: z.string().optional(),
  /** Absent where nothing was published yet. */
  view: z.object({ hash: z.string().optional() }).optional(),
});

/** Somebody looks at the Home tab: it is made for them now. */
export const appHomeOpened: EventHandler = {
  event: 'app_home_opened',
  async run({ home }, { event, team_id: teamId }) {
    const { user: userId, tab, view } = opened.parse(event);
    if (tab !== undefined && tab !== 'home') return;
    await home.opened({ userId, teamId }, view?.hash ?? null);
  },
};
