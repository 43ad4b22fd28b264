import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { manifestFaults, slackUses, type Use } from './architecture/support/slack-uses.ts';
import { ROOT, readSources, source } from './architecture/support/source.ts';

const manifestShape = z.object({
  display_information: z.object({ name: z.string() }),
  features: z.object({
    slash_commands: z.array(z.looseObject({ command: z.string() })).default([]),
    shortcuts: z.array(z.object({ callback_id: z.string() })).default([]),
  }),
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
  settings: z.object({
    event_subscriptions: z.object({ bot_events: z.array(z.string()) }).optional(),
    interactivity: z.object({ is_enabled: z.boolean() }),
    socket_mode_enabled: z.boolean(),
  }),
});

const raw: unknown = parse(readFileSync(join(ROOT, 'manifest.yml'), 'utf8'));
const manifest = manifestShape.parse(raw);
const validate = new Ajv({ allErrors: true }).compile(
  JSON.parse(readFileSync(join(ROOT, 'test/fixtures/manifest.schema.json'), 'utf8')),
);

const granted = {
  scopes: manifest.oauth_config.scopes.bot,
  events: manifest.settings.event_subscriptions?.bot_events ?? [],
  commands: manifest.features.slash_commands.map(({ command }) => command),
  shortcuts: manifest.features.shortcuts.map(({ callback_id }) => callback_id),
};

describe('manifest.yml', () => {
  test('keeps to the keys and lengths that Slack accepts', () => {
    validate(raw);

    expect(validate.errors).toBeNull();
  });

  test('asks for exactly what the code uses', () => {
    expect(manifestFaults(slackUses(readSources()), granted)).toEqual([]);
  });

  test('works without a public address, and clicks reach the app', () => {
    expect(manifest.settings.socket_mode_enabled).toBe(true);
    expect(manifest.settings.interactivity.is_enabled).toBe(true);
  });

  test('hands people and channels to us as ids, and says how the command is used', () => {
    expect(manifest.features.slash_commands).toEqual([
      expect.objectContaining({ command: '/keys', should_escape: true, usage_hint: expect.any(String) }),
    ]);
  });
});

describe('the schema itself', () => {
  const bad: readonly (readonly [string, (copy: z.infer<typeof draftShape>) => void])[] = [
    ['an unknown key', (copy) => void Object.assign(copy.settings, { socket_mode: true })],
    ['a name of 36 characters', (copy) => void Object.assign(copy.display_information, { name: 'x'.repeat(36) })],
    [
      'a long description of 174',
      (copy) => void Object.assign(copy.display_information, { long_description: 'x'.repeat(174) }),
    ],
    [
      'a command without a slash',
      (copy) => void Object.assign(copy.features.slash_commands[0] ?? {}, { command: 'keys' }),
    ],
    [
      'an unescaped command',
      (copy) => void Object.assign(copy.features.slash_commands[0] ?? {}, { should_escape: false }),
    ],
    ['a scope listed twice', (copy) => void copy.oauth_config.scopes.bot.push('commands')],
    ['token rotation', (copy) => void Object.assign(copy.settings, { token_rotation_enabled: true })],
  ];
  const draftShape = z.looseObject({
    display_information: z.looseObject({}),
    features: z.looseObject({ slash_commands: z.array(z.looseObject({})) }),
    oauth_config: z.looseObject({ scopes: z.looseObject({ bot: z.array(z.string()) }) }),
    settings: z.looseObject({}),
  });

  test.each(bad)('%s is refused', (_, spoil) => {
    const copy = draftShape.parse(structuredClone(raw));
    spoil(copy);

    expect(validate(copy)).toBe(false);
  });
});

describe('the use check itself', () => {
  const usesOf = (text: string, path = 'src/slack/x.ts') => slackUses([source(path, text)]);
  const names = (uses: readonly Use[]) => uses.map(({ kind, name }) => `${kind} ${name}`);
  const nothing = { scopes: [], events: [], commands: [], shortcuts: [] };

  test.each([
    ['await client.chat.postMessage({ channel });', 'method chat.postMessage'],
    ['await this.deps.bulk.usergroups.users.list({ usergroup });', 'method usergroups.users.list'],
    ["await client.apiCall('conversations.history', {});", 'method conversations.history'],
    ['const send = client.chat.update;', 'method chat.update'],
    ["app.command('/keys', handle);", 'command /keys'],
    ["const COMMAND = '/keys';\nboltApp.command(COMMAND, handle);", 'command /keys'],
    ["app.event('app_home_opened', handle);", 'event app_home_opened'],
    ['app.message(handle);', 'event message'],
    ["app.shortcut('report_leak', handle);", 'shortcut report_leak'],
    ['const email = user.profile?.email;', 'field email'],
  ])('it sees the use in: %s', (text, expected) => {
    expect(names(usesOf(text))).toContain(expected);
  });

  test('it sees the event that a plug-in file declares', () => {
    const uses = usesOf("export const home = { event: 'app_home_opened', run };", 'src/slack/events/home.ts');

    expect(names(uses)).toEqual(['event app_home_opened']);
  });

  test('it sees an event that is declared under another name, and one that the table does not know', () => {
    const path = 'src/slack/events/x.ts';

    expect(names(usesOf("export const home = { name: 'user_change', run };", path))).toEqual(['event user_change']);
    expect(names(usesOf("export const pin = { event: 'pin_added', run };", path))).toEqual(['event pin_added']);
  });

  test('the stand-in workspace asks nothing of the real one', () => {
    expect(usesOf("methods['chat.postMessage']();", 'src/sandbox/slack/chat.ts')).toEqual([]);
  });

  test('a missing scope, an idle scope, an unknown method and an unknown event are each a fault', () => {
    const post = usesOf('client.chat.postMessage({});');

    expect(manifestFaults(post, nothing)).toEqual([expect.stringContaining('needs chat:write under scopes')]);
    expect(manifestFaults(post, { ...nothing, scopes: ['chat:write', 'pins:write'] })).toEqual([
      'manifest.yml has pins:write under scopes, and nothing uses it',
    ]);
    expect(manifestFaults(usesOf('client.bookmarks.add({});'), nothing)).toEqual([
      expect.stringContaining('add it to the table'),
    ]);
    expect(manifestFaults(usesOf("app.event('pin_added', run);"), nothing)).toEqual([
      expect.stringContaining('add it to the table'),
    ]);
  });

  test('a command and an event that the manifest does not name are faults', () => {
    expect(manifestFaults(usesOf("app.command('/other', run);"), { ...nothing, scopes: ['commands'] })).toEqual([
      expect.stringContaining('needs /other under commands'),
    ]);
    expect(manifestFaults(usesOf("app.event('app_home_opened', run);"), nothing)).toEqual([
      expect.stringContaining('needs app_home_opened under events'),
    ]);
  });
});
