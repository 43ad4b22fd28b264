import { initialValue } from '../../../slack/form.ts';
import { asObject, type JsonObject, objectsIn, textOf } from '../../../slack/json.ts';
import type { Gesture, PageEntry } from '../../protocol.ts';

export type Entries = Extract<Gesture, { kind: 'submit' }>['entries'];

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly description?: string;
  readonly group?: string;
}

/** What the person has entered wins over what the view says. */
export function shownEntry(element: JsonObject, value: unknown, draft: PageEntry | undefined): PageEntry {
  if (draft !== undefined) return draft;
  return entryOf(asObject(value ?? initialValue(element)));
}

/** What stands in one field of `state.values`, as it is entered. */
export function entryOf(value: JsonObject): PageEntry {
  const field = Object.keys(value).find((key) => key !== 'type');
  const held = field === undefined ? undefined : value[field];
  if (Array.isArray(held))
    return held.map((item) => (typeof item === 'string' ? item : String(asObject(item)['value'])));
  if (typeof held === 'string' || typeof held === 'number') return held;
  return textOf(asObject(held)['value']) ?? null;
}

/** What a submission sends: every input that is still in the view. */
export function entriesOf(blocks: readonly JsonObject[], values: JsonObject, draft: Entries): Entries {
  const entries: Record<string, Record<string, PageEntry>> = {};
  for (const { blockId, actionId, element } of inputsIn(blocks)) {
    const value = asObject(values[blockId])[actionId];
    entries[blockId] = { ...entries[blockId], [actionId]: shownEntry(element, value, draft[blockId]?.[actionId]) };
  }
  return entries;
}

export function withEntry(draft: Entries, at: { blockId: string; actionId: string }, entry: PageEntry): Entries {
  return { ...draft, [at.blockId]: { ...draft[at.blockId], [at.actionId]: entry } };
}

export function choicesOf(element: JsonObject): readonly Choice[] {
  const single = objectsIn(element['options']).map((option) => choiceOf(option));
  const grouped = objectsIn(element['option_groups']).flatMap((group) =>
    objectsIn(group['options']).map((option) => choiceOf(option, words(group['label']))),
  );
  return [...single, ...grouped];
}

/** The words of a text object. */
export function words(text: unknown): string {
  return String(asObject(text)['text'] ?? '');
}

/** `datetimepicker` counts in seconds; the browser's field has neither seconds nor a zone: it is UTC here. */
export function secondsOf(local: string): number | null {
  const at = Date.parse(`${local}Z`);
  return Number.isNaN(at) ? null : at / 1000;
}

export function localOf(seconds: PageEntry): string {
  return typeof seconds === 'number' ? new Date(seconds * 1000).toISOString().slice(0, 16) : '';
}

function inputsIn(
  blocks: readonly JsonObject[],
): readonly { blockId: string; actionId: string; element: JsonObject }[] {
  return blocks
    .filter((block) => block['type'] === 'input')
    .map((block) => ({ block, element: asObject(block['element']) }))
    .filter(({ element }) => textOf(element['action_id']) !== undefined && initialValue(element) !== undefined)
    .map(({ block, element }) => ({
      blockId: String(block['block_id']),
      actionId: String(element['action_id']),
      element,
    }));
}

function choiceOf(option: JsonObject, group?: string): Choice {
  const description = words(option['description']);
  return {
    value: String(option['value']),
    label: words(option['text']),
    ...(description === '' ? {} : { description }),
    ...(group === undefined ? {} : { group }),
  };
}
