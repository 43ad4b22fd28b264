import { isObject, type JsonObject, objectsIn } from '../json.ts';
import { validateBlocks } from './blocks.ts';
import { lineOf, type Violation } from './violation.ts';

const MAX_VIEW_BYTES = 250_000;
const COMMON = ['type', 'blocks', 'private_metadata', 'callback_id', 'external_id'];
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  home: COMMON,
  modal: [...COMMON, 'title', 'submit', 'close', 'clear_on_close', 'notify_on_close'],
};
const TITLES: readonly [field: string, max: number][] = [
  ['title', 24],
  ['submit', 24],
  ['close', 24],
];
const TEXTS: readonly [field: string, max: number][] = [
  ['private_metadata', 3000],
  ['callback_id', 255],
  ['external_id', 255],
];

/** Everything for which Slack would refuse this modal or Home tab. */
export function validateView(view: unknown): readonly Violation[] {
  if (!isObject(view)) return [fault('must be an object', '/view')];
  const allowed = FIELDS[String(view['type'])];
  if (allowed === undefined) return [fault('type must be modal or home', '/view/type')];
  if (Buffer.byteLength(JSON.stringify(view)) > MAX_VIEW_BYTES) {
    return [{ code: 'view_too_large', message: `more than ${MAX_VIEW_BYTES} bytes`, pointer: '/view' }];
  }
  const unknown = Object.keys(view).filter((key) => !allowed.includes(key));
  const surface = view['type'] === 'home' ? 'home' : 'modal';
  return [
    ...unknown.map((key) => fault(`no more fields: ${key}`, `/view/${key}`)),
    ...TEXTS.flatMap(([field, max]) => lengthFault(view[field], max, `/view/${field}`)),
    ...(surface === 'modal' ? titleFaults(view) : []),
    ...validateBlocks(view['blocks'], surface).map((one) => fault(one.message, `/view${one.pointer}`)),
  ];
}

function titleFaults(view: JsonObject): readonly Violation[] {
  const hasInput = objectsIn(view['blocks']).some((block) => block['type'] === 'input');
  return [
    ...('title' in view ? [] : [fault('missing required field: title', '/view')]),
    ...(hasInput && !('submit' in view) ? [fault('missing required field: submit', '/view')] : []),
    ...TITLES.flatMap(([field, max]) => (field in view ? plainTextFaults(view[field], max, `/view/${field}`) : [])),
  ];
}

function plainTextFaults(value: unknown, max: number, pointer: string): readonly Violation[] {
  if (!isObject(value) || value['type'] !== 'plain_text' || typeof value['text'] !== 'string') {
    return [fault('must be a plain_text object', pointer)];
  }
  if (value['text'].length === 0) return [fault('must be more than 0 characters', `${pointer}/text`)];
  return lengthFault(value['text'], max, `${pointer}/text`);
}

function lengthFault(value: unknown, max: number, pointer: string): readonly Violation[] {
  if (value === undefined) return [];
  if (typeof value !== 'string') return [fault('must be a string', pointer)];
  return value.length > max ? [fault(`must be less than ${max + 1} characters`, pointer)] : [];
}

function fault(message: string, pointer: string): Violation {
  return { code: 'invalid_arguments', message, pointer };
}

/** Throws when Slack would refuse this view. */
export function assertView(view: unknown): void {
  const violations = validateView(view);
  if (violations.length > 0) throw new Error(`Slack would refuse the view:\n${violations.map(lineOf).join('\n')}`);
}
