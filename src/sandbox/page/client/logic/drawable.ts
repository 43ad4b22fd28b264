import { asObject, isObject, type JsonObject, objectsIn, textOf } from '../../../slack/json.ts';
import { plainRichText, richText, unescaped } from './mrkdwn.ts';

// What the library draws well as it is, or after a small change here. The rest is laid out by the page.
const DRAWN = new Set([
  'header',
  'divider',
  'image',
  'rich_text',
  'table',
  'markdown',
  'alert',
  'card',
  'carousel',
  'container',
  'plan',
  'task_card',
  'data_visualization',
]);

/** The block as the library shows it without losing or inventing anything; null when it cannot. */
export function drawable(block: JsonObject, fileUrl: (id: string) => string): JsonObject | null {
  const type = String(block['type']);
  if (!DRAWN.has(type)) return null;
  if (type === 'table') return { ...block, rows: rowsOf(block) };
  if (type === 'image') return localImage(block, fileUrl);
  // The title above it is of the first level; whatever level the app wished stays below that.
  if (type === 'header') return { level: 2, ...asObject(literal(block)) };
  return asObject(literal(block));
}

/** A text object as a `rich_text` block. */
export function textBlock(text: JsonObject): JsonObject {
  const words = String(text['text'] ?? '');
  return text['type'] === 'mrkdwn' ? richText(words) : plainRichText(words);
}

/** Everything a block says, for blocks that nothing can draw. */
export function wordsOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(wordsOf).filter(Boolean).join(' ');
  if (!isObject(value)) return '';
  const { text, title, alt_text: alt, label } = value;
  const own = [title, text, label, alt].map((words) => (typeof words === 'string' ? unescaped(words) : wordsOf(words)));
  const inner = ['elements', 'fields', 'blocks', 'rows', 'element', 'accessory', 'options'].map((key) =>
    wordsOf(value[key]),
  );
  return [...own, ...inner].filter(Boolean).join(' ');
}

/** The URL when it is an address of this page; whatever lies elsewhere is never loaded. */
export function localUrl(image: JsonObject, fileUrl: (id: string) => string): string | undefined {
  const fileId = textOf(asObject(image['slack_file'])['id']);
  if (fileId !== undefined) return fileUrl(fileId);
  const url = textOf(image['image_url']);
  return url?.startsWith('/') === true && !url.startsWith('//') ? url : undefined;
}

function localImage(block: JsonObject, fileUrl: (id: string) => string): JsonObject | null {
  const url = localUrl(block, fileUrl);
  if (url === undefined) return null;
  const { slack_file: _file, ...rest } = block;
  return { ...rest, image_url: url };
}

/** Cells are shown letter for letter: the library would read marks and entities in them. */
function rowsOf(table: JsonObject): readonly (readonly JsonObject[])[] {
  const rows = Array.isArray(table['rows']) ? table['rows'] : [];
  return rows.map((row) =>
    objectsIn(row).map((cell) => (cell['type'] === 'rich_text' ? cell : plainRichText(cellText(cell)))),
  );
}

function cellText(cell: JsonObject): string {
  return String(cell['text'] ?? cell['value'] ?? wordsOf(cell));
}

/** To the library `verbatim` means letter for letter, which is what plain text is. */
function literal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(literal);
  if (!isObject(value)) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, literal(inner)]));
  if (value['type'] === 'plain_text') return { ...copy, verbatim: true };
  if (value['type'] === 'mrkdwn') return { ...copy, verbatim: false };
  return copy;
}
