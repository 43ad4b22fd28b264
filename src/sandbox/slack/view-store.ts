import { interactiveElements, withIds } from './blocks.ts';
import { initialValue } from './form.ts';
import { type JsonObject, objectsIn, textOf } from './json.ts';
import { SlackError } from './slack-error.ts';
import type { FormState, View } from './types.ts';
import type { Workspace } from './workspace.ts';

const MAX_STACK = 3;

/** The modals each person has open (a stack, root first) and their Home tabs. */
export class ViewStore {
  readonly #workspace: Workspace;
  readonly #stacks = new Map<string, View[]>();
  readonly #homes = new Map<string, View>();

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  stack(userId: string): readonly View[] {
    return this.#stacks.get(userId) ?? [];
  }

  home(userId: string): View | undefined {
    return this.#homes.get(userId);
  }

  find(viewId: string): View | undefined {
    return [...this.#homes.values(), ...[...this.#stacks.values()].flat()].find((view) => view.id === viewId);
  }

  findExternal(externalId: string): View | undefined {
    return [...this.#stacks.values()].flat().find((view) => view.body['external_id'] === externalId);
  }

  /** Opens a modal as the only one of this person. */
  open(userId: string, body: JsonObject): View {
    this.#refuseDuplicate(body);
    const view = this.#make({ userId, body });
    this.#setStack(userId, [view]);
    return view;
  }

  push(userId: string, body: JsonObject): View {
    const stack = this.stack(userId);
    const top = stack.at(-1);
    if (stack.length >= MAX_STACK) throw new SlackError('push_limit_reached');
    this.#refuseDuplicate(body);
    const links = top === undefined ? {} : { rootViewId: top.rootViewId, previousViewId: top.id };
    const view = this.#make({ userId, body, ...links });
    this.#setStack(userId, [...stack, view]);
    return view;
  }

  /** Replaces what an open modal shows. What the person typed stays where block and action ids stay. */
  update(view: View, body: JsonObject): View {
    this.#refuseDuplicate(body, view.id);
    const fresh = this.#make({ userId: view.userId, body });
    const { id, rootViewId, previousViewId } = view;
    const links = previousViewId === undefined ? {} : { previousViewId };
    const next: View = { ...fresh, id, rootViewId, ...links, values: keepValues(fresh, view.values) };
    this.#setStack(
      view.userId,
      this.stack(view.userId).map((open) => (open.id === id ? next : open)),
    );
    return next;
  }

  setValues(view: View, values: FormState): View {
    const next = { ...view, values };
    if (this.#homes.get(view.userId)?.id === view.id) this.#homes.set(view.userId, next);
    const stack = this.stack(view.userId).map((open) => (open.id === view.id ? next : open));
    this.#stacks.set(view.userId, stack);
    return next;
  }

  close(view: View): void {
    this.#setStack(
      view.userId,
      this.stack(view.userId).filter((open) => open.id !== view.id),
    );
  }

  clear(userId: string): void {
    this.#setStack(userId, []);
  }

  publish(userId: string, body: JsonObject): View {
    const before = this.#homes.get(userId);
    const fresh = this.#make({ userId, body });
    const view = before === undefined ? fresh : { ...fresh, id: before.id, rootViewId: before.id };
    this.#homes.set(userId, view);
    this.#workspace.emit({ kind: 'home', userId });
    return view;
  }

  #make(draft: { userId: string; body: JsonObject; rootViewId?: string; previousViewId?: string }): View {
    const id = this.#workspace.nextId('V');
    const blocks = withIds(objectsIn(draft.body['blocks']), this.#workspace.nextId);
    const body = { ...draft.body, blocks };
    const hash = `${this.#workspace.nextTs().split('.')[0]}.${this.#workspace.nextId('hash')}`;
    const links = draft.previousViewId === undefined ? {} : { previousViewId: draft.previousViewId };
    const { userId } = draft;
    return { id, userId, hash, rootViewId: draft.rootViewId ?? id, ...links, body, values: initialValues(blocks) };
  }

  #refuseDuplicate(body: JsonObject, ownId?: string): void {
    const externalId = textOf(body['external_id']);
    if (externalId === undefined) return;
    const other = this.findExternal(externalId);
    if (other !== undefined && other.id !== ownId) throw new SlackError('duplicate_external_id');
  }

  #setStack(userId: string, stack: readonly View[]): void {
    this.#stacks.set(userId, [...stack]);
    this.#workspace.emit({ kind: 'modal', userId });
  }
}

function initialValues(blocks: readonly JsonObject[]): FormState {
  const values: Record<string, Record<string, JsonObject>> = {};
  for (const { blockId, actionId, element } of interactiveElements(blocks)) {
    const value = initialValue(element);
    if (value !== undefined) values[blockId] = { ...values[blockId], [actionId]: value };
  }
  return values;
}

function keepValues(fresh: View, entered: FormState): FormState {
  const values: Record<string, Record<string, JsonObject>> = {};
  for (const [blockId, actions] of Object.entries(fresh.values)) {
    values[blockId] = {};
    for (const [actionId, value] of Object.entries(actions)) {
      const kept = entered[blockId]?.[actionId];
      values[blockId][actionId] = kept !== undefined && kept['type'] === value['type'] ? kept : value;
    }
  }
  return values;
}

/** A view as the Web API and the payloads carry it. */
export function viewJson(workspace: Workspace, view: View): JsonObject {
  const { app, team } = workspace.seed;
  const isModal = view.body['type'] === 'modal';
  return {
    id: view.id,
    team_id: team.id,
    callback_id: '',
    private_metadata: '',
    external_id: '',
    ...(isModal ? { submit: null, close: null, clear_on_close: false, notify_on_close: false } : {}),
    ...view.body,
    state: { values: view.values },
    hash: view.hash,
    root_view_id: view.rootViewId,
    previous_view_id: view.previousViewId ?? null,
    app_id: app.appId,
    app_installed_team_id: team.id,
    bot_id: app.botId,
  };
}
