import { SlackError } from '../slack-error.ts';
import type { Methods } from './method.ts';

export const authMethods: Methods = {
  'auth.test': {
    run: ({ workspace }) => {
      const { app, team } = workspace.seed;
      return {
        url: `https://${team.domain}.slack.com/`,
        team: team.name ?? team.domain,
        user: app.name,
        team_id: team.id,
        user_id: app.botUserId,
        bot_id: app.botId,
        is_enterprise_install: false,
      };
    },
  },
  'bots.info': {
    scope: () => 'users:read',
    run: ({ workspace }, args) => {
      const { app } = workspace.seed;
      if (args['bot'] !== app.botId) throw new SlackError('bot_not_found');
      const { appId, botId, botUserId, name } = app;
      return { bot: { id: botId, deleted: false, name, app_id: appId, user_id: botUserId } };
    },
  },
  'apps.connections.open': {
    token: 'app',
    run: ({ sockets, url }) => ({ url: `${url().replace('http', 'ws')}${sockets.mintPath()}` }),
  },
};
