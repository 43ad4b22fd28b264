import type { JsonObject } from './json.ts';
import type { Platform } from './platform.ts';
import type { Channel, Message, UserSeed, View } from './types.ts';
import { viewJson } from './view-store.ts';
import { messageJson } from './workspace.ts';

const TOKEN = 'verification-token';
const CHANNEL_NAME = { public: undefined, private: 'privategroup', im: 'directmessage' } as const;

/** The fields every interactive payload has. */
export function baseOf({ workspace }: Platform, user: UserSeed): JsonObject {
  const { app, team } = workspace.seed;
  const userTeam = user.teamId ?? team.id;
  return {
    user: { id: user.id, username: user.name, name: user.name, team_id: userTeam },
    api_app_id: app.appId,
    token: TOKEN,
    team: { id: team.id, domain: team.domain },
    enterprise: null,
    is_enterprise_install: false,
  };
}

export function channelName(channel: Channel): string {
  return CHANNEL_NAME[channel.kind] ?? channel.name;
}

export interface CommandGesture {
  readonly user: UserSeed;
  readonly channel: Channel;
  readonly line: string;
  readonly triggerId: string;
  readonly responseUrl: string;
}

export function commandPayload({ workspace }: Platform, gesture: CommandGesture): JsonObject {
  const { app, team } = workspace.seed;
  const { user, channel } = gesture;
  const [, command, text] = /^(\S+)\s*([\s\S]*)$/.exec(gesture.line.trim()) ?? [];
  return {
    token: TOKEN,
    team_id: user.teamId ?? team.id,
    team_domain: team.domain,
    channel_id: channel.id,
    channel_name: channelName(channel),
    user_id: user.id,
    user_name: user.name,
    command,
    text,
    api_app_id: app.appId,
    is_enterprise_install: 'false',
    response_url: gesture.responseUrl,
    trigger_id: gesture.triggerId,
  };
}

export interface MessageGesture {
  readonly message: Message;
  readonly channel: Channel;
  readonly values: JsonObject;
  readonly responseUrl: string;
}

/** Where a click in a message happened; an ephemeral message is not carried along. */
export function messageOrigin({ workspace }: Platform, gesture: MessageGesture): JsonObject {
  const { message, channel, values, responseUrl } = gesture;
  const isEphemeral = message.ephemeralTo !== undefined;
  const place = { type: 'message', message_ts: message.ts, channel_id: channel.id, is_ephemeral: isEphemeral };
  const thread = message.threadTs === undefined ? {} : { thread_ts: message.threadTs };
  return {
    container: { ...place, ...thread },
    channel: { id: channel.id, name: channelName(channel) },
    ...(isEphemeral ? {} : { message: messageJson(workspace, message) }),
    state: { values },
    response_url: responseUrl,
  };
}

export function viewOrigin({ workspace }: Platform, view: View): JsonObject {
  return { container: { type: 'view', view_id: view.id }, view: viewJson(workspace, view) };
}
