import { type InteractiveElement, interactiveElements } from './blocks.ts';
import { type Entry, enteredValue, initialValue } from './form.ts';
import { asObject, type JsonObject, textOf } from './json.ts';

/** Where and what to click. A message is named by channel and ts, an ephemeral one too. */
export interface ClickTarget {
  readonly channel?: string;
  readonly ts?: string;
  readonly viewId?: string;
  readonly home?: true;
  readonly actionId: string;
  readonly blockId?: string;
  /** Tells buttons with one action id apart. */
  readonly value?: string;
  /** What to choose or enter, by value or label: menus, overflow, pickers, inputs. */
  readonly option?: Entry;
}

export function pick(blocks: readonly JsonObject[], target: ClickTarget): InteractiveElement {
  const all = interactiveElements(blocks);
  const found = all.filter(
    ({ actionId, blockId, element }) =>
      actionId === target.actionId &&
      (target.blockId === undefined || blockId === target.blockId) &&
      (target.value === undefined || element['value'] === target.value),
  );
  const [only, ...others] = found;
  const there = all.map(({ actionId }) => actionId).join(', ') || 'nothing';
  if (only === undefined) throw new Error(`there is no ${target.actionId} to click; there is: ${there}`);
  if (others.length > 0) throw new Error(`${found.length} elements are ${target.actionId}: give a blockId or value`);
  return only;
}

export function actionOf(
  { element, blockId, actionId }: InteractiveElement,
  target: ClickTarget,
  ts: string,
): JsonObject {
  const base = { type: element['type'], action_id: actionId, block_id: blockId, action_ts: ts };
  const { text, value, url, style, confirm, placeholder } = element;
  const own = Object.fromEntries(
    Object.entries({ text, value, url, style, confirm, placeholder }).filter(([, field]) => field !== undefined),
  );
  if (textOf(asObject(text)['text']) !== undefined || element['type'] === 'button') return { ...base, ...own };
  if (target.option === undefined) throw new Error(`say which option of ${target.actionId} is chosen`);
  return { ...base, ...own, ...enteredValue(element, target.option) };
}

export function stateOf(
  { element, actionId }: InteractiveElement,
  target: ClickTarget,
): Record<string, JsonObject> | undefined {
  if (initialValue(element) === undefined || target.option === undefined) return undefined;
  return { [actionId]: enteredValue(element, target.option) };
}

export function valuesOf(blocks: readonly JsonObject[], target: ClickTarget, clicked: InteractiveElement): JsonObject {
  const values: Record<string, JsonObject> = {};
  for (const one of interactiveElements(blocks)) {
    const isClicked = one.blockId === clicked.blockId && one.actionId === clicked.actionId;
    const entered = isClicked ? stateOf(one, target)?.[one.actionId] : undefined;
    const value = entered ?? initialValue(one.element);
    if (value !== undefined) values[one.blockId] = { ...values[one.blockId], [one.actionId]: value };
  }
  return values;
}
