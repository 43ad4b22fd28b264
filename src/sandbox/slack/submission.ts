import { interactiveElements } from './blocks.ts';
import { clientError, type Entry, enteredValue } from './form.ts';
import { resultOf, type SubmitResult } from './gesture.ts';
import { asObject, isObject, type JsonObject, objectsIn, textOf } from './json.ts';
import { viewOf } from './methods/views.ts';
import { baseOf } from './payloads.ts';
import type { Platform } from './platform.ts';
import { SlackError } from './slack-error.ts';
import type { FormState, UserSeed, View } from './types.ts';
import { viewJson } from './view-store.ts';

export type Entries = Readonly<Record<string, Readonly<Record<string, Entry>>>>;

/** Fills in a modal, presses its submit button and does what the app answers. */
export async function submitView(
  platform: Platform,
  user: UserSeed,
  { view, entries }: { view: View; entries: Entries },
): Promise<SubmitResult> {
  if (view.body['submit'] === undefined) throw new Error(`the view ${view.id} has no submit button`);
  const filled = platform.views.setValues(view, fill(view, entries));
  const errors = clientErrors(filled);
  if (Object.keys(errors).length > 0) return { acked: false, errors };

  const payload = {
    type: 'view_submission',
    ...baseOf(platform, user),
    trigger_id: platform.interactions.mintTrigger({ userId: user.id, viewId: view.id }),
    view: viewJson(platform.workspace, filled),
    response_urls: [],
  };
  const delivery = await platform.sockets.send({ type: 'interactive', payload, acceptsResponsePayload: true });
  const result = resultOf(delivery);
  return delivery.outcome === 'acked' ? { ...result, ...obey(platform, view.id, delivery.payload) } : result;
}

function fill(view: View, entries: Entries): FormState {
  const blocks = objectsIn(view.body['blocks']);
  const values: Record<string, Record<string, JsonObject>> = {};
  for (const [blockId, actions] of Object.entries(view.values)) values[blockId] = { ...actions };
  for (const [blockId, actions] of Object.entries(entries)) {
    for (const [actionId, entry] of Object.entries(actions)) {
      const place = interactiveElements(blocks).find((one) => one.blockId === blockId && one.actionId === actionId);
      if (place === undefined) throw new Error(`the view ${view.id} has no input ${blockId} / ${actionId}`);
      values[blockId] = { ...values[blockId], [actionId]: enteredValue(place.element, entry) };
    }
  }
  return values;
}

function clientErrors(view: View): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const { blockId, actionId, element, input } of interactiveElements(objectsIn(view.body['blocks']))) {
    if (input === undefined) continue;
    const error = clientError(input, element, view.values[blockId]?.[actionId] ?? {});
    if (error !== undefined) errors[blockId] = error;
  }
  return errors;
}

/** Carries out the `response_action` of an ack; an ack without one closes the modal. */
function obey(platform: Platform, viewId: string, answer: JsonObject): Partial<SubmitResult> {
  const view = platform.views.find(viewId);
  if (view === undefined) return {};
  try {
    switch (answer['response_action']) {
      case undefined:
        platform.views.close(view);
        return {};
      case 'clear':
        platform.views.clear(view.userId);
        return {};
      case 'update':
        platform.views.update(view, viewOf(answer, 'modal'));
        return {};
      case 'push':
        platform.views.push(view.userId, viewOf(answer, 'modal'));
        return {};
      case 'errors':
        return appErrors(view, asObject(answer['errors']));
      default:
        return { trouble: `unknown response_action ${String(answer['response_action'])}` };
    }
  } catch (error) {
    if (error instanceof SlackError) return { trouble: error.message };
    throw error;
  }
}

function appErrors(view: View, errors: JsonObject): Partial<SubmitResult> {
  const inputs = objectsIn(view.body['blocks']).filter((block) => block['type'] === 'input');
  const ids = new Set(inputs.map((block) => block['block_id']));
  const stray = Object.keys(errors).find((blockId) => !ids.has(blockId));
  if (Object.keys(errors).length === 0) return { trouble: 'errors without an entry' };
  if (stray !== undefined) return { trouble: `no input block ${stray} to show an error under` };
  if (Object.values(errors).some((text) => textOf(text) === undefined)) return { trouble: 'an error without a text' };
  return { errors: Object.fromEntries(Object.entries(errors).map(([id, text]) => [id, String(text)])) };
}

/** The text of the dialog in front of an element, if the app asked for one. */
export function confirmText(element: JsonObject): string | undefined {
  const confirm = element['confirm'];
  return isObject(confirm) ? textOf(asObject(confirm['text'])['text']) : undefined;
}
