import type { JsonObject } from '../json.ts';
import type { Platform } from '../platform.ts';
import { SlackError } from '../slack-error.ts';
import { findChannel, isBotIn, type Methods, need } from './method.ts';

const scope = () => 'pins:write';

export const pinsMethods: Methods = {
  'pins.add': {
    scope,
    run(platform, args) {
      const { pins, ts } = placeOf(platform, args);
      if (pins.has(ts)) throw new SlackError('already_pinned');
      pins.add(ts);
      return {};
    },
  },
  'pins.remove': {
    scope,
    run(platform, args) {
      const { pins, ts } = placeOf(platform, args);
      if (!pins.delete(ts)) throw new SlackError('no_pin');
      return {};
    },
  },
};

function placeOf(platform: Platform, args: JsonObject) {
  const channel = findChannel(platform, need(args, 'channel'));
  if (!isBotIn(platform, channel)) throw new SlackError('not_in_channel');
  const ts = need(args, 'timestamp');
  if (platform.workspace.message(channel.id, ts) === undefined) throw new SlackError('message_not_found');
  return { pins: platform.workspace.pinsOf(channel.id), ts };
}
