import { isObject, type JsonObject, objectsIn, textOf } from './json.ts';
import { type Names, plainText } from './mrkdwn.ts';
import type { Message, View } from './types.ts';
import type { WorkspaceView } from './workspace.ts';

/** A message as plain text, in the order a person reads it. */
export function renderText(message: Message, workspace: WorkspaceView): string {
  const names = namesOf(workspace);
  const body = message.blocks.length > 0 ? renderBlocks(message.blocks, names) : [plainText(message.text, names)];
  const files = (message.fileIds ?? []).map((id) => `[file ${workspace.files.get(id)?.name ?? id}]`);
  const mark = message.edited !== undefined && message.blocks.length === 0 ? ['(edited)'] : [];
  return [...body, ...files, ...mark].filter((line) => line !== '').join('\n');
}

/** A modal or Home tab as plain text. */
export function renderView(view: View, workspace: WorkspaceView): string {
  const names = namesOf(workspace);
  const title = labelOf(view.body['title'], names);
  const buttons = ['close', 'submit'].map((field) => labelOf(view.body[field], names)).filter((text) => text !== '');
  const lines = [
    title === '' ? '' : `== ${title} ==`,
    ...renderBlocks(objectsIn(view.body['blocks']), names),
    buttons.map((text) => `[ ${text} ]`).join(' '),
  ];
  return lines.filter((line) => line !== '').join('\n');
}

function namesOf(workspace: WorkspaceView): Names {
  return {
    user: (id) => workspace.user(id)?.name ?? id,
    channel: (id) => workspace.channel(id)?.name ?? id,
    usergroup: (id) => workspace.seed.usergroups?.find((group) => group.id === id)?.handle ?? id,
  };
}

function renderBlocks(blocks: readonly JsonObject[], names: Names): readonly string[] {
  return blocks.flatMap((block) => renderBlock(block, names));
}

function renderBlock(block: JsonObject, names: Names): readonly string[] {
  switch (block['type']) {
    case 'section': {
      const fields = objectsIn(block['fields']).map((field) => labelOf(field, names));
      const accessory = isObject(block['accessory']) ? [controlOf(block['accessory'], names)] : [];
      return [labelOf(block['text'], names), ...fields, ...accessory];
    }
    case 'header':
    case 'alert':
      return [labelOf(block['text'], names)];
    case 'context':
      return [
        objectsIn(block['elements'])
          .map((one) => contextPart(one, names))
          .join(' '),
      ];
    case 'actions':
    case 'context_actions':
      return [
        objectsIn(block['elements'])
          .map((one) => controlOf(one, names))
          .join(' '),
      ];
    case 'divider':
      return ['---'];
    case 'image':
      return [`[image: ${String(block['alt_text'] ?? '')}]`];
    case 'input':
      return [
        `${labelOf(block['label'], names)}: ${controlOf(isObject(block['element']) ? block['element'] : {}, names)}`,
      ];
    case 'markdown':
      return [String(block['text'])];
    case 'rich_text':
      return objectsIn(block['elements']).map((one) => richText(one, names));
    case 'table':
    case 'data_table':
      return (Array.isArray(block['rows']) ? block['rows'] : []).map((row) => rowOf(row, names));
    default:
      return renderOther(block, names);
  }
}

function renderOther(block: JsonObject, names: Names): readonly string[] {
  if (block['type'] === 'data_visualization') return [`[chart: ${String(block['title'])}]`];
  const texts = ['title', 'subtitle', 'body'].map((field) => labelOf(block[field], names));
  const buttons = objectsIn(block['actions'])
    .map((one) => controlOf(one, names))
    .join(' ');
  const nested = [...objectsIn(block['child_blocks']), ...objectsIn(block['elements'])];
  return [...texts, ...renderBlocks(nested, names), buttons];
}

function contextPart(element: JsonObject, names: Names): string {
  return element['type'] === 'image' ? `[${String(element['alt_text'] ?? 'image')}]` : labelOf(element, names);
}

/** The visible text of a text object; mrkdwn is read, plain text is taken as it is. */
function labelOf(value: unknown, names: Names): string {
  if (typeof value === 'string') return value;
  if (!isObject(value)) return '';
  const text = textOf(value['text']) ?? '';
  return value['type'] === 'mrkdwn' ? plainText(text, names) : text;
}

function controlOf(element: JsonObject, names: Names): string {
  const label = labelOf(element['text'], names);
  if (label !== '') return `[ ${label} ]`;
  const options = objectsIn(element['options']).map((option) => labelOf(option['text'], names));
  if (element['type'] === 'overflow') return `[ ⋯ ${options.join(' | ')} ]`;
  if (element['type'] === 'image') return contextPart(element, names);
  const placeholder = labelOf(element['placeholder'], names);
  const given = textOf(element['initial_value']) ?? labelOf(optionText(element['initial_option']), names);
  return `[ ${given || placeholder || options.join(' | ') || String(element['type'] ?? '')} ]`;
}

function optionText(option: unknown): unknown {
  return isObject(option) ? option['text'] : undefined;
}

function richText(element: JsonObject, names: Names): string {
  const children = objectsIn(element['elements']);
  if (element['type'] === 'rich_text_list') return children.map((item) => `- ${richText(item, names)}`).join('\n');
  return children.map((child) => richPart(child, names)).join('');
}

function richPart(part: JsonObject, names: Names): string {
  switch (part['type']) {
    case 'user':
      return `@${names.user(String(part['user_id']))}`;
    case 'usergroup':
      return `@${names.usergroup(String(part['usergroup_id']))}`;
    case 'channel':
      return `#${names.channel(String(part['channel_id']))}`;
    case 'broadcast':
      return `@${String(part['range'])}`;
    case 'link':
      return textOf(part['text']) ?? String(part['url']);
    case 'emoji':
      return `:${String(part['name'])}:`;
    case 'date':
      return textOf(part['fallback']) ?? String(part['timestamp']);
    default:
      return String(part['text'] ?? '');
  }
}

function rowOf(row: unknown, names: Names): string {
  return objectsIn(row)
    .map((cell) =>
      cell['type'] === 'rich_text' ? renderBlock(cell, names).join(' ') : String(cell['text'] ?? cell['value'] ?? ''),
    )
    .join(' | ');
}
