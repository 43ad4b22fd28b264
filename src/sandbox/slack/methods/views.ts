import { asObject, type JsonObject, textOf } from '../json.ts';
import type { Platform } from '../platform.ts';
import { invalidArguments, SlackError } from '../slack-error.ts';
import { validateView } from '../strictness/index.ts';
import type { View } from '../types.ts';
import { viewJson } from '../view-store.ts';
import { findUser, type Methods, need, refuse, structured } from './method.ts';

export const viewsMethods: Methods = {
  'views.open': {
    run: (platform, args) => {
      const view = viewOf(args, 'modal');
      const { userId } = platform.interactions.exchangeTrigger(need(args, 'trigger_id'));
      return answer(platform, platform.views.open(userId, view));
    },
  },
  'views.push': {
    run: (platform, args) => {
      const view = viewOf(args, 'modal');
      const trigger = platform.interactions.exchangeTrigger(need(args, 'trigger_id'));
      const isFromModal = trigger.viewId !== undefined && platform.views.find(trigger.viewId) !== undefined;
      if (!isFromModal) throw new SlackError('not_found');
      return answer(platform, platform.views.push(trigger.userId, view));
    },
  },
  'views.update': { run: update },
  'views.publish': {
    run: (platform, args) => {
      const view = viewOf(args, 'home');
      const { id } = findUser(platform, need(args, 'user_id'));
      const home = platform.views.home(id);
      if (home !== undefined) checkHash(home, args);
      return answer(platform, platform.views.publish(id, view));
    },
  },
};

function update(platform: Platform, args: JsonObject): JsonObject {
  const body = viewOf(args, 'modal');
  const id = textOf(args['view_id']);
  const externalId = textOf(args['external_id']);
  if ((id === undefined) === (externalId === undefined)) throw invalidArguments('either view_id or external_id');
  const view = id === undefined ? platform.views.findExternal(externalId ?? '') : platform.views.find(id);
  if (view === undefined || view.body['type'] !== 'modal') throw new SlackError('not_found');
  checkHash(view, args);
  return answer(platform, platform.views.update(view, body));
}

/** The view of a call, refused where Slack refuses it. */
export function viewOf(args: JsonObject, type: 'modal' | 'home'): JsonObject {
  const view = structured(args, 'view', 'invalid_arguments');
  if (view === undefined) throw invalidArguments('missing required field: view');
  refuse(validateView(view));
  const body = asObject(view);
  if (body['type'] !== type) throw invalidArguments(`must be a ${type} [json-pointer:/view/type]`);
  return body;
}

function checkHash(view: View, args: JsonObject): void {
  const hash = textOf(args['hash']);
  if (hash !== undefined && hash !== view.hash) throw new SlackError('hash_conflict');
}

function answer(platform: Platform, view: View): JsonObject {
  return { view: viewJson(platform.workspace, view) };
}
