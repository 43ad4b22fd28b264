import type { WorkspaceSeed } from './types.ts';

/** Acme: a company of five people with the bot in two channels. */
export const defaultWorkspace: WorkspaceSeed = {
  team: { id: 'T0ACME', domain: 'acme', name: 'Acme' },
  users: [
    { id: 'U0ANA', name: 'ana', realName: 'Ana Ruiz', email: 'ana@acme.example', tz: 'Europe/Berlin' },
    { id: 'U0BEN', name: 'ben', realName: 'Ben Okafor', email: 'ben@acme.example', tz: 'Europe/London' },
    {
      id: 'U0CHRIS',
      name: 'chris',
      realName: 'Chris Lang',
      email: 'chris@acme.example',
      tz: 'America/New_York',
      isAdmin: true,
    },
    { id: 'U0DEE', name: 'dee', realName: 'Dee Park', email: 'dee@acme.example', tz: 'Europe/Berlin' },
    { id: 'U0GIL', name: 'gil', realName: 'Gil Fontaine', email: 'gil@agency.example', isRestricted: true },
  ],
  channels: [
    { id: 'C0AIKEYS', name: 'ai-keys', members: ['U0ANA', 'U0BEN', 'U0CHRIS', 'U0DEE', 'U0GIL', 'U0KEYBOT'] },
    { id: 'C0GENERAL', name: 'general', members: ['U0ANA', 'U0BEN', 'U0CHRIS', 'U0DEE', 'U0KEYBOT'] },
  ],
  usergroups: [{ id: 'S0SECURITY', handle: 'security', name: 'Security', users: ['U0ANA', 'U0CHRIS'] }],
  app: {
    appId: 'A0KEYSTEWARD',
    name: 'keysteward',
    botUserId: 'U0KEYBOT',
    botId: 'B0KEYBOT',
    botToken: 'xoxb-sandbox',
    appToken: 'xapp-sandbox',
    scopes: [
      'commands',
      'chat:write',
      'im:write',
      'im:history',
      'users:read',
      'users:read.email',
      'channels:history',
      'channels:read',
      'groups:history',
      'pins:write',
      'groups:read',
      'im:read',
      'files:read',
      'files:write',
      'usergroups:read',
    ],
    botEvents: ['app_home_opened', 'user_change'],
    commands: ['/keys'],
  },
};
