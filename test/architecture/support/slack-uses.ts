import { webApi } from '@slack/bolt';
import ts from 'typescript';
import { place, type Source, walk } from './source.ts';

/** What the code asks of Slack, by name. `where` is a place for the fault sentence. */
export interface Use {
  readonly kind: 'method' | 'event' | 'command' | 'shortcut' | 'field';
  readonly name: string;
  readonly where: string;
}

type Words = readonly string[];

/** Bot scopes that a Web API method needs for what we do with it. */
export const METHOD_SCOPES: ReadonlyMap<string, Words> = new Map([
  ['apps.connections.open', []],
  ['auth.test', []],
  ['bots.info', ['users:read']],
  ['chat.postMessage', ['chat:write']],
  ['chat.postEphemeral', ['chat:write']],
  ['chat.update', ['chat:write']],
  ['chat.delete', ['chat:write']],
  ['chat.getPermalink', []],
  ['conversations.open', ['im:write']],
  ['conversations.info', ['channels:read', 'groups:read']],
  ['conversations.list', ['channels:read', 'groups:read']],
  ['conversations.members', ['channels:read', 'groups:read']],
  ['conversations.history', ['channels:history', 'groups:history', 'im:history']],
  ['conversations.replies', ['channels:history', 'groups:history', 'im:history']],
  ['files.info', ['files:read']],
  ['pins.add', ['pins:write']],
  ['pins.remove', ['pins:write']],
  ['files.uploadV2', ['files:write']],
  ['usergroups.list', ['usergroups:read']],
  ['usergroups.users.list', ['usergroups:read']],
  ['users.conversations', ['channels:read', 'groups:read']],
  ['users.info', ['users:read']],
  ['users.list', ['users:read']],
  ['users.lookupByEmail', ['users:read', 'users:read.email']],
  ['views.open', []],
  ['views.push', []],
  ['views.update', []],
  ['views.publish', []],
]);

/** Event listened to → what the manifest subscribes to, and the scope Slack wants for it. */
export const EVENT_SCOPES: ReadonlyMap<string, { readonly subscriptions: Words; readonly scopes: Words }> = new Map([
  ['app_home_opened', { subscriptions: ['app_home_opened'], scopes: [] }],
  ['app_uninstalled', { subscriptions: ['app_uninstalled'], scopes: [] }],
  ['tokens_revoked', { subscriptions: ['tokens_revoked'], scopes: [] }],
  ['user_change', { subscriptions: ['user_change'], scopes: ['users:read'] }],
  ['member_left_channel', { subscriptions: ['member_left_channel'], scopes: ['channels:read', 'groups:read'] }],
  [
    'message',
    { subscriptions: ['message.channels', 'message.groups'], scopes: ['channels:history', 'groups:history'] },
  ],
]);

/** Reading a person's e-mail address needs a scope of its own, whatever method brought the person. */
const FIELD_SCOPES: ReadonlyMap<string, Words> = new Map([['email', ['users:read.email']]]);

const API_METHODS: ReadonlySet<string> = new Set(methodsOf(new webApi.WebClient(), []));

/** Every use in the sources; only src/slack, and the roots that build its clients, talk to Slack. */
export function slackUses(sources: readonly Source[]): readonly Use[] {
  const uses: Use[] = [];
  const constants = stringConstants(sources);
  for (const file of sources.filter(({ path }) => /^src\/(slack\/|app\.ts$|cli\.ts$|main\.ts$)/.test(path))) {
    walk(file, (node) => {
      const use = useOf(node, { constants, inEvents: file.path.startsWith('src/slack/events/') });
      if (use !== undefined) uses.push({ ...use, where: place(file, node) });
    });
  }
  return uses;
}

interface Reading {
  readonly constants: ReadonlyMap<string, string>;
  readonly inEvents: boolean;
}

function useOf(node: ts.Node, { constants, inEvents }: Reading): Pick<Use, 'kind' | 'name'> | undefined {
  if (ts.isStringLiteralLike(node) && API_METHODS.has(node.text)) return { kind: 'method', name: node.text };
  if (inEvents && ts.isStringLiteralLike(node) && EVENT_SCOPES.has(node.text))
    return { kind: 'event', name: node.text };
  if (ts.isPropertyAccessExpression(node)) {
    const method = methodNamed(node);
    if (method !== undefined) return { kind: 'method', name: method };
    if (FIELD_SCOPES.has(node.name.text)) return { kind: 'field', name: node.name.text };
  }
  if (ts.isCallExpression(node)) return listenerOf(node, constants);
  return inEvents && ts.isPropertyAssignment(node) ? declaredEvent(node, constants) : undefined;
}

/** `event: EVENT`, or an event that the table does not know; known names are seen wherever they stand. */
function declaredEvent({ name, initializer }: ts.PropertyAssignment, constants: Reading['constants']) {
  if (!/^(event|eventType|slackEvent)$/.test(name.getText())) return undefined;
  const event = textOf(initializer, constants);
  const seenAlready = ts.isStringLiteralLike(initializer) && EVENT_SCOPES.has(event);
  return seenAlready ? undefined : ({ kind: 'event', name: event } as const);
}

/** `….chat.postMessage`, whatever the client is called and however it is reached. */
function methodNamed(node: ts.PropertyAccessExpression): string | undefined {
  const words: string[] = [];
  for (let at: ts.Expression = node; ts.isPropertyAccessExpression(at); at = at.expression) words.unshift(at.name.text);
  return words
    .map((_, from) => words.slice(from).join('.'))
    .find((name) => API_METHODS.has(name) && name.includes('.'));
}

/** `app.command('/keys', …)`, `app.event('app_home_opened', …)`, `app.message(…)`, `app.shortcut('id', …)`. */
function listenerOf({ expression, arguments: [first] }: ts.CallExpression, constants: Reading['constants']) {
  if (!ts.isPropertyAccessExpression(expression) || !/(app|bolt)$/i.test(expression.expression.getText()))
    return undefined;
  const verb = expression.name.text;
  if (verb === 'message') return { kind: 'event', name: 'message' } as const;
  if (verb !== 'command' && verb !== 'event' && verb !== 'shortcut') return undefined;
  // A loop over the plug-ins registers names that the plug-in files declare, and those are read there.
  if (verb === 'event' && first !== undefined && ts.isPropertyAccessExpression(first)) return undefined;
  return { kind: verb, name: textOf(first, constants) } as const;
}

function textOf(node: ts.Node | undefined, constants: Reading['constants']): string {
  if (node !== undefined && ts.isStringLiteralLike(node)) return node.text;
  if (node !== undefined && ts.isIdentifier(node)) return constants.get(node.text) ?? `(computed ${node.text})`;
  return '(computed)';
}

function stringConstants(sources: readonly Source[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const file of sources) {
    walk(file, (node) => {
      if (!ts.isVariableDeclaration(node) || node.initializer === undefined || !ts.isIdentifier(node.name)) return;
      if (ts.isStringLiteralLike(node.initializer)) found.set(node.name.text, node.initializer.text);
    });
  }
  return found;
}

export interface Granted {
  readonly scopes: Words;
  readonly events: Words;
  readonly commands: Words;
  readonly shortcuts: Words;
}

/** Where the manifest and the code differ, in both directions. */
export function manifestFaults(uses: readonly Use[], granted: Granted): readonly string[] {
  const needed = uses.map((use) => ({ use, ...needsOf(use) }));
  const missing = needed.flatMap(({ use, unknown, ...needs }) => {
    if (unknown) return [`${use.where}: ${use.kind} ${use.name} is unknown: add it to the table in slack-uses.ts`];
    return keysOf(needs).flatMap((part) =>
      needs[part]
        .filter((word) => !granted[part].includes(word))
        .map((word) => `${use.where}: ${use.kind} ${use.name} needs ${word} under ${part} in manifest.yml`),
    );
  });
  const idle = keysOf(granted).flatMap((part) =>
    granted[part]
      .filter((word) => !needed.some((needs) => needs[part].includes(word)))
      .map((word) => `manifest.yml has ${word} under ${part}, and nothing uses it`),
  );
  return [...missing, ...idle];
}

interface Needs extends Granted {
  readonly unknown: boolean;
}

const NOTHING: Needs = { scopes: [], events: [], commands: [], shortcuts: [], unknown: false };

function needsOf({ kind, name }: Use): Needs {
  if (kind === 'command') return { ...NOTHING, scopes: ['commands'], commands: [name] };
  if (kind === 'shortcut') return { ...NOTHING, scopes: ['commands'], shortcuts: [name] };
  if (kind === 'event') {
    const event = EVENT_SCOPES.get(name);
    return event === undefined
      ? { ...NOTHING, unknown: true }
      : { ...NOTHING, events: event.subscriptions, scopes: event.scopes };
  }
  const scopes = (kind === 'method' ? METHOD_SCOPES : FIELD_SCOPES).get(name);
  return scopes === undefined ? { ...NOTHING, unknown: true } : { ...NOTHING, scopes };
}

function keysOf(_granted: Granted): readonly (keyof Granted)[] {
  return ['scopes', 'events', 'commands', 'shortcuts'];
}

/** Names such as `chat.postMessage`, read off the installed client, so a new method of Slack's is known at once. */
function methodsOf(node: object, path: readonly string[]): readonly string[] {
  if (path.length > 4) return [];
  return Object.entries(node).flatMap(([name, value]) => {
    if (typeof value === 'function') return path.length > 0 ? [[...path, name].join('.')] : [];
    const isFamily = typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
    return isFamily ? methodsOf(value, [...path, name]) : [];
  });
}
