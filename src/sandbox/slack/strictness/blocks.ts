import { interactiveElements } from '../blocks.ts';
import { isObject, type JsonObject, objectsIn, textOf } from '../json.ts';
import { chartViolations } from './charts.ts';
import { limitViolations } from './limits.ts';
import { schemaViolations } from './schema.ts';
import { lineOf, type Violation } from './violation.ts';

export type Surface = 'message' | 'modal' | 'home';

const EVERYWHERE: readonly Surface[] = ['message', 'modal', 'home'];
const MESSAGE_ONLY: readonly Surface[] = ['message'];

const SURFACES: Readonly<Record<string, readonly Surface[]>> = {
  section: EVERYWHERE,
  header: EVERYWHERE,
  context: EVERYWHERE,
  actions: EVERYWHERE,
  divider: EVERYWHERE,
  image: EVERYWHERE,
  input: EVERYWHERE,
  rich_text: EVERYWHERE,
  video: EVERYWHERE,
  card: EVERYWHERE,
  carousel: ['message', 'home'],
  alert: ['modal'],
  container: MESSAGE_ONLY,
  context_actions: MESSAGE_ONLY,
  markdown: MESSAGE_ONLY,
  table: MESSAGE_ONLY,
  data_table: MESSAGE_ONLY,
  data_visualization: MESSAGE_ONLY,
  plan: MESSAGE_ONLY,
  task_card: MESSAGE_ONLY,
  file: MESSAGE_ONLY,
};

const MAX_BLOCKS: Readonly<Record<Surface, number>> = { message: 50, modal: 100, home: 100 };
const MAX_CHARTS = 2;
const MAX_MARKDOWN = 12_000;
const MAX_TABLE_CHARS = 10_000;

/** Everything for which Slack would refuse these blocks on this surface. */
export function validateBlocks(blocks: unknown, surface: Surface): readonly Violation[] {
  if (!Array.isArray(blocks)) return [{ code: 'invalid_blocks_format', message: 'must be a list', pointer: '/blocks' }];
  if (!blocks.every(isObject)) return [fault('must be an object', '/blocks')];
  const max = MAX_BLOCKS[surface];
  const found = [
    ...(blocks.length > max ? [fault(`no more than ${max} items allowed`, '/blocks')] : []),
    ...blocks.flatMap((block, index) => blockViolations(block, `/blocks/${index}`, surface)),
    ...limitViolations(blocks, '/blocks'),
    ...duplicateIds(blocks),
    ...duplicateActions(blocks),
    ...(surface === 'message' ? messageWide(blocks) : []),
  ];
  // A text is bounded as a text object and as part of its block: one line for both.
  return [...new Map(found.map((one) => [lineOf(one), one])).values()];
}

function blockViolations(block: JsonObject, pointer: string, surface: Surface): readonly Violation[] {
  const surfaces = SURFACES[String(block['type'])];
  if (surfaces === undefined) return [fault(`unsupported type: ${String(block['type'])}`, `${pointer}/type`)];
  if (!surfaces.includes(surface)) return [fault(`unsupported type: ${String(block['type'])}`, `${pointer}/type`)];
  return [
    ...schemaViolations(block, pointer),
    ...contentViolations(block, pointer),
    ...confirmViolations(block, pointer),
    ...(surface === 'message' ? [] : workflowButtons(block, pointer)),
  ];
}

function contentViolations(block: JsonObject, pointer: string): readonly Violation[] {
  switch (block['type']) {
    case 'section':
      return 'text' in block || 'fields' in block ? [] : [fault('either text or fields are required', pointer)];
    case 'card':
      return ['hero_image', 'title', 'actions', 'body'].some((key) => key in block)
        ? []
        : [fault('one of hero_image, title, actions, body is required', pointer)];
    case 'image':
      return 'image_url' in block !== 'slack_file' in block
        ? []
        : [fault('image_url or slack_file, not both', pointer)];
    case 'table':
    case 'data_table':
      return tableViolations(block, pointer);
    case 'container':
      return 'title' in block || 'rich_text_title' in block ? [] : [fault('missing required field: title', pointer)];
    case 'data_visualization':
      return chartViolations(block, pointer);
    default:
      return [];
  }
}

function tableViolations(block: JsonObject, pointer: string): readonly Violation[] {
  const rows = Array.isArray(block['rows']) ? block['rows'] : [];
  const cells = rows.flatMap((row) => objectsIn(row));
  const isUneven =
    block['type'] === 'data_table' && new Set(rows.map((row) => (Array.isArray(row) ? row.length : -1))).size > 1;
  const hasEmpty = cells.some((cell) => 'text' in cell && textOf(String(cell['text']).trim()) === undefined);
  const size = cells.reduce((sum, cell) => sum + textLengthIn(cell), 0);
  return [
    ...(hasEmpty ? [fault('cell text must not be empty', `${pointer}/rows`)] : []),
    ...(isUneven ? [fault('every row needs the same number of cells', `${pointer}/rows`)] : []),
    ...(size > MAX_TABLE_CHARS ? [fault(`no more than ${MAX_TABLE_CHARS} characters`, `${pointer}/rows`)] : []),
  ];
}

function textLengthIn(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + textLengthIn(item), 0);
  if (!isObject(value)) return 0;
  const own = typeof value['text'] === 'string' ? value['text'].length : 0;
  return own + textLengthIn(value['elements']);
}

/** Confirm dialogs: the types allow mrkdwn in their text, the server is only sure to take plain text. */
function confirmViolations(value: unknown, pointer: string): readonly Violation[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => confirmViolations(item, `${pointer}/${index}`));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const at = `${pointer}/${key}`;
    const text = key === 'confirm' && isObject(item) ? item['text'] : undefined;
    const isMrkdwn = isObject(text) && text['type'] === 'mrkdwn';
    return [...(isMrkdwn ? [fault('must be plain_text', `${at}/text`)] : []), ...confirmViolations(item, at)];
  });
}

function workflowButtons(block: JsonObject, pointer: string): readonly Violation[] {
  const found = interactiveElements([block]).some(({ element }) => element['type'] === 'workflow_button');
  return found ? [fault('unsupported type: workflow_button', pointer)] : [];
}

function duplicateIds(blocks: readonly JsonObject[]): readonly Violation[] {
  const ids = blocks.map((block) => block['block_id']);
  return ids.flatMap((id, index) =>
    id !== undefined && ids.indexOf(id) !== index
      ? [fault(`block_id ${String(id)} already exists`, `/blocks/${index}/block_id`)]
      : [],
  );
}

function duplicateActions(blocks: readonly JsonObject[]): readonly Violation[] {
  return blocks.flatMap((block, index) => {
    const ids = interactiveElements([block]).map(({ blockId, actionId }) => `${blockId} ${actionId}`);
    return new Set(ids).size === ids.length ? [] : [fault('action_id already exists in the block', `/blocks/${index}`)];
  });
}

function messageWide(blocks: readonly JsonObject[]): readonly Violation[] {
  const count = (type: string): number => blocks.filter((block) => block['type'] === type).length;
  const markdown = blocks.filter((block) => block['type'] === 'markdown');
  const markdownChars = markdown.reduce((sum, block) => sum + String(block['text']).length, 0);
  return [
    ...(count('table') > 1 ? [fault('only one table allowed', '/blocks')] : []),
    ...(count('data_visualization') > MAX_CHARTS ? [fault(`only ${MAX_CHARTS} charts allowed`, '/blocks')] : []),
    ...(count('plan') > 0 && count('task_card') > 0 ? [fault('plan and task_card exclude each other', '/blocks')] : []),
    ...(markdownChars > MAX_MARKDOWN ? [fault(`markdown: ${MAX_MARKDOWN} characters together`, '/blocks')] : []),
  ];
}

function fault(message: string, pointer: string): Violation {
  return { code: 'invalid_blocks', message, pointer };
}
