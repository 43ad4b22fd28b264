import { asObject, isObject, type JsonObject, objectsIn, textOf } from './json.ts';

export interface InteractiveElement {
  readonly blockId: string;
  readonly actionId: string;
  readonly element: JsonObject;
  /** The input block around the element, when there is one. */
  readonly input?: JsonObject;
}

// Blocks for which Slack does not keep or give a block_id.
const WITHOUT_BLOCK_ID: ReadonlySet<unknown> = new Set(['markdown']);

/** Fills in the block and action ids that the app left out, as Slack does when it stores blocks. */
export function withIds(blocks: readonly JsonObject[], nextId: (prefix: string) => string): readonly JsonObject[] {
  return blocks.map((block) => {
    const named = 'block_id' in block || WITHOUT_BLOCK_ID.has(block['type']) ? block : withBlockId(block, nextId);
    return asObject(withActionIds(named, nextId));
  });
}

function withBlockId(block: JsonObject, nextId: (prefix: string) => string): JsonObject {
  return { ...block, block_id: nextId('b') };
}

// Elements that send an action although the app gave them no action_id.
const NEEDS_ACTION_ID = new Set(['button', 'overflow', 'static_select', 'plain_text_input', 'checkboxes']);

function withActionIds(value: unknown, nextId: (prefix: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => withActionIds(item, nextId));
  if (!isObject(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) copy[key] = withActionIds(item, nextId);
  if (NEEDS_ACTION_ID.has(String(value['type'])) && copy['action_id'] === undefined) copy['action_id'] = nextId('a');
  return copy;
}

/** Every element of a message or view that a person can act on, in reading order. */
export function interactiveElements(blocks: readonly JsonObject[]): readonly InteractiveElement[] {
  return blocks.flatMap((block) => {
    const own = candidatesOf(block).filter((element) => textOf(element['action_id']) !== undefined);
    const found = own.map((element) => ({
      blockId: String(block['block_id']),
      actionId: String(element['action_id']),
      element,
      ...(block['type'] === 'input' ? { input: block } : {}),
    }));
    const nested = [...objectsIn(block['child_blocks']), ...(block['type'] === 'carousel' ? childrenOf(block) : [])];
    return [...found, ...interactiveElements(nested)];
  });
}

function candidatesOf(block: JsonObject): readonly JsonObject[] {
  if (block['type'] === 'carousel') return [];
  return [
    ...childrenOf(block),
    ...objectsIn(block['actions']),
    ...(isObject(block['accessory']) ? [block['accessory']] : []),
    ...(isObject(block['element']) ? [block['element']] : []),
  ];
}

function childrenOf(block: JsonObject): readonly JsonObject[] {
  return objectsIn(block['elements']);
}

export interface Mentions {
  readonly users: ReadonlySet<string>;
  readonly usergroups: ReadonlySet<string>;
  readonly isBroadcast: boolean;
}

/** Who a text and its blocks call: mrkdwn entities, and the mention elements of rich text. */
export function mentionsIn(text: string, blocks: readonly JsonObject[]): Mentions {
  const users = new Set<string>();
  const usergroups = new Set<string>();
  let isBroadcast = false;
  const scan = (mrkdwn: string): void => {
    for (const [, id] of mrkdwn.matchAll(/<@([UW][A-Z0-9]+)(?:\|[^>]*)?>/g)) users.add(String(id));
    for (const [, id] of mrkdwn.matchAll(/<!subteam\^(S[A-Z0-9]+)[^>]*>/g)) usergroups.add(String(id));
    if (/<!(?:channel|here|everyone)(?:\|[^>]*)?>/.test(mrkdwn)) isBroadcast = true;
  };
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(walk);
    if (!isObject(value)) return;
    if (value['type'] === 'mrkdwn' || value['type'] === 'markdown') scan(String(value['text']));
    if (value['type'] === 'user') users.add(String(value['user_id']));
    if (value['type'] === 'usergroup') usergroups.add(String(value['usergroup_id']));
    if (value['type'] === 'broadcast') isBroadcast = true;
    Object.values(value).forEach(walk);
  };
  scan(text);
  walk(blocks);
  return { users, usergroups, isBroadcast };
}
