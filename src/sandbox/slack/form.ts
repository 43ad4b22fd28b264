import { isObject, type JsonObject, objectsIn, textOf } from './json.ts';

/** What a person enters: a text, an option's value, several of them, or nothing. */
export type Entry = string | number | readonly string[] | null;

// For each input type: the field that carries the value, and the field that pre-fills it.
const FIELDS: Readonly<Record<string, readonly [value: string, initial: string]>> = {
  plain_text_input: ['value', 'initial_value'],
  number_input: ['value', 'initial_value'],
  email_text_input: ['value', 'initial_value'],
  url_text_input: ['value', 'initial_value'],
  rich_text_input: ['rich_text_value', 'initial_value'],
  static_select: ['selected_option', 'initial_option'],
  external_select: ['selected_option', 'initial_option'],
  radio_buttons: ['selected_option', 'initial_option'],
  overflow: ['selected_option', ''],
  checkboxes: ['selected_options', 'initial_options'],
  multi_static_select: ['selected_options', 'initial_options'],
  multi_external_select: ['selected_options', 'initial_options'],
  users_select: ['selected_user', 'initial_user'],
  multi_users_select: ['selected_users', 'initial_users'],
  conversations_select: ['selected_conversation', 'initial_conversation'],
  multi_conversations_select: ['selected_conversations', 'initial_conversations'],
  channels_select: ['selected_channel', 'initial_channel'],
  multi_channels_select: ['selected_channels', 'initial_channels'],
  datepicker: ['selected_date', 'initial_date'],
  timepicker: ['selected_time', 'initial_time'],
  datetimepicker: ['selected_date_time', 'initial_date_time'],
  file_input: ['files', ''],
};

// Elements that act at once and keep no state of their own.
const STATELESS = new Set(['overflow']);

/** What stands in `state.values` for an element nobody has touched; undefined for buttons. */
export function initialValue(element: JsonObject): JsonObject | undefined {
  const type = String(element['type']);
  const fields = FIELDS[type];
  if (fields === undefined || STATELESS.has(type)) return undefined;
  const [value, initial] = fields;
  const given = element[initial];
  return { type, [value]: given ?? (value.endsWith('s') ? [] : null) };
}

/** What stands in `state.values` after the person entered this; throws when the element offers no such choice. */
export function enteredValue(element: JsonObject, entry: Entry): JsonObject {
  const type = String(element['type']);
  const field = FIELDS[type]?.[0];
  if (field === undefined) throw new Error(`nothing can be entered in a ${type}`);
  if (field === 'selected_option') return { type, [field]: entry === null ? null : optionOf(element, String(entry)) };
  if (field === 'selected_options') return { type, [field]: listOf(entry).map((value) => optionOf(element, value)) };
  if (field === 'files') return { type, [field]: listOf(entry).map((id) => ({ id })) };
  if (field.endsWith('s')) return { type, [field]: listOf(entry) };
  if (type === 'datetimepicker') return { type, [field]: entry };
  return { type, [field]: entry === null || entry === '' ? null : String(entry) };
}

function listOf(entry: Entry): readonly string[] {
  if (entry === null) return [];
  return Array.isArray(entry) ? entry : [String(entry)];
}

/** The option with this value or this label, as the app sent it. */
export function optionOf(element: JsonObject, wanted: string): JsonObject {
  const groups = objectsIn(element['option_groups']).flatMap((group) => objectsIn(group['options']));
  const options = [...objectsIn(element['options']), ...groups];
  if (options.length === 0 && String(element['type']).includes('external')) {
    return { text: { type: 'plain_text', text: wanted, emoji: true }, value: wanted };
  }
  const option = options.find((item) => item['value'] === wanted || labelOf(item) === wanted);
  if (option !== undefined) return option;
  throw new Error(`no option "${wanted}"; there are: ${options.map(labelOf).join(', ')}`);
}

function labelOf(option: JsonObject): string {
  return isObject(option['text']) ? String(option['text']['text']) : '';
}

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** What Slack's client says under an input before anything is sent; undefined when it is content. */
export function clientError(input: JsonObject, element: JsonObject, value: JsonObject): string | undefined {
  const field = FIELDS[String(element['type'])]?.[0] ?? 'value';
  const entered = value[field];
  const isEmpty = entered === null || entered === undefined || (Array.isArray(entered) && entered.length === 0);
  if (isEmpty) return input['optional'] === true ? undefined : 'Please complete this required field.';
  if (typeof entered === 'string' && field === 'value') return textError(element, entered);
  const maxSelected = element['max_selected_items'];
  if (Array.isArray(entered) && typeof maxSelected === 'number' && entered.length > maxSelected) {
    return `Please choose at most ${maxSelected}.`;
  }
  return undefined;
}

function textError(element: JsonObject, entered: string): string | undefined {
  const { type, max_length: max, min_length: min } = element;
  if (type === 'plain_text_input' && entered.length > (typeof max === 'number' ? max : 3000)) {
    return `Please enter at most ${typeof max === 'number' ? max : 3000} characters.`;
  }
  if (type === 'plain_text_input' && typeof min === 'number' && entered.length < min) {
    return `Please enter at least ${min} characters.`;
  }
  if (type === 'email_text_input' && !EMAIL.test(entered)) return 'Please enter a valid email address.';
  if (type === 'url_text_input' && !URL.canParse(entered)) return 'Please enter a valid URL.';
  return type === 'number_input' ? numberError(element, entered) : undefined;
}

function numberError(element: JsonObject, entered: string): string | undefined {
  const number = Number(entered);
  if (!Number.isFinite(number)) return 'Please enter a number.';
  if (element['is_decimal_allowed'] !== true && !Number.isInteger(number)) return 'Please enter a whole number.';
  const min = textOf(element['min_value']);
  const max = textOf(element['max_value']);
  if (min !== undefined && number < Number(min)) return `Please enter a number of at least ${min}.`;
  if (max !== undefined && number > Number(max)) return `Please enter a number of at most ${max}.`;
  return undefined;
}
