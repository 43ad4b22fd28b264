import { isObject, type JsonObject } from '../json.ts';
import type { Violation } from './violation.ts';

/** `chars` bounds a text, `items` a list, at a path inside the object; `*` stands for every item of a list. */
interface Limit {
  readonly path: string;
  readonly kind: 'chars' | 'items';
  readonly min: number;
  readonly max: number;
}

const chars = (path: string, max: number, min = 1): Limit => ({ path, kind: 'chars', min, max });
const items = (path: string, max: number, min = 1): Limit => ({ path, kind: 'items', min, max });

const PLACEHOLDER = chars('placeholder.text', 150);
const SELECT = [items('options', 100), items('option_groups', 100), PLACEHOLDER];

/** Keyed by `type`; objects without one (option, confirm …) go by the name of the field they stand in. */
const LIMITS: Readonly<Record<string, readonly Limit[]>> = {
  section: [chars('text.text', 3000), items('fields', 10), chars('fields.*.text', 2000)],
  header: [chars('text.text', 150)],
  context: [items('elements', 10)],
  actions: [items('elements', 25)],
  image: [chars('image_url', 3000), chars('alt_text', 2000), chars('title.text', 2000)],
  input: [chars('label.text', 2000), chars('hint.text', 2000)],
  card: [chars('title.text', 150), chars('subtitle.text', 150), chars('body.text', 200), items('actions', 3)],
  carousel: [items('elements', 10)],
  alert: [chars('text.text', 200)],
  container: [chars('title.text', 150), items('child_blocks', 10)],
  context_actions: [items('elements', 5)],
  markdown: [chars('text', 12_000)],
  table: [items('rows', 100), items('rows.*', 20), items('column_settings', 20)],
  data_table: [items('rows', 101, 2), items('rows.*', 20), chars('caption', 2000)],
  rich_text: [items('elements', 1000)],
  data_visualization: [chars('title', 50)],
  button: [chars('text.text', 75), chars('value', 2000), chars('url', 3000), chars('accessibility_label', 75)],
  workflow_button: [chars('text.text', 75)],
  feedback_buttons: [chars('positive_button.value', 2000), chars('negative_button.value', 2000)],
  icon_button: [chars('value', 2000), items('visible_to_user_ids', 10)],
  overflow: [items('options', 5)],
  checkboxes: [items('options', 10)],
  radio_buttons: [items('options', 10)],
  static_select: SELECT,
  multi_static_select: SELECT,
  external_select: [PLACEHOLDER],
  multi_external_select: [PLACEHOLDER],
  users_select: [PLACEHOLDER],
  multi_users_select: [PLACEHOLDER],
  conversations_select: [PLACEHOLDER],
  multi_conversations_select: [PLACEHOLDER],
  channels_select: [PLACEHOLDER],
  multi_channels_select: [PLACEHOLDER],
  datepicker: [PLACEHOLDER],
  timepicker: [PLACEHOLDER],
  plain_text_input: [PLACEHOLDER, chars('initial_value', 3000)],
  email_text_input: [PLACEHOLDER],
  url_text_input: [PLACEHOLDER],
  number_input: [PLACEHOLDER],
  plain_text: [chars('text', 3000)],
  mrkdwn: [chars('text', 3000)],
  raw_text: [chars('text', 10_000)],
  text: [chars('text', 10_000)],
  // The types say 75, the live server takes 150: what is above 75 passes, what is above 150 cannot.
  option: [chars('text.text', 75), chars('description.text', 75), chars('value', 150)],
  option_group: [chars('label.text', 75), items('options', 100)],
  confirm: [chars('title.text', 100), chars('text.text', 300), chars('confirm.text', 30), chars('deny.text', 30)],
};

const EVERY: readonly Limit[] = [chars('block_id', 255), chars('action_id', 255)];

const KIND_BY_FIELD: Readonly<Record<string, string>> = {
  options: 'option',
  initial_option: 'option',
  initial_options: 'option',
  option_groups: 'option_group',
  confirm: 'confirm',
};

/** Faults of length and number anywhere below a value. */
export function limitViolations(value: unknown, pointer: string, field = ''): readonly Violation[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => limitViolations(item, `${pointer}/${index}`, field));
  if (!isObject(value)) return [];
  const limits = LIMITS[kindOf(value, field)] ?? [];
  const own = [...limits, ...EVERY].flatMap((limit) => check(limit, value, pointer));
  const below = Object.entries(value).flatMap(([key, item]) => limitViolations(item, `${pointer}/${key}`, key));
  return [...own, ...below];
}

function kindOf(value: JsonObject, field: string): string {
  return typeof value['type'] === 'string' ? value['type'] : (KIND_BY_FIELD[field] ?? '');
}

function check(limit: Limit, value: JsonObject, pointer: string): readonly Violation[] {
  return valuesAt(value, limit.path.split('.'), pointer).flatMap(([found, at]) => {
    const length = limit.kind === 'items' ? listLength(found) : textLength(found);
    if (length === undefined) return [];
    const unit = limit.kind === 'items' ? 'items' : 'characters';
    if (length > limit.max) return [violation(`must be less than ${limit.max + 1} ${unit}`, at)];
    if (length < limit.min) return [violation(`must be more than ${limit.min - 1} ${unit}`, at)];
    return [];
  });
}

function valuesAt(value: unknown, path: readonly string[], pointer: string): readonly [unknown, string][] {
  const [head, ...rest] = path;
  if (head === undefined) return [[value, pointer]];
  if (head === '*') {
    return Array.isArray(value) ? value.flatMap((item, index) => valuesAt(item, rest, `${pointer}/${index}`)) : [];
  }
  return isObject(value) && head in value ? valuesAt(value[head], rest, `${pointer}/${head}`) : [];
}

function listLength(value: unknown): number | undefined {
  return Array.isArray(value) ? value.length : undefined;
}

function textLength(value: unknown): number | undefined {
  return typeof value === 'string' ? value.length : undefined;
}

function violation(message: string, pointer: string): Violation {
  return { code: 'invalid_blocks', message, pointer };
}
