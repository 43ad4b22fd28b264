import type { Clock } from '../../ports/clock.ts';
import { Events } from './events.ts';
import { type Darkness, Faults } from './faults.ts';
import { openOwnHost, type SlackHost } from './host.ts';
import type { PushTarget } from './http-push.ts';
import { InFlight } from './in-flight.ts';
import { Interactions } from './interactions.ts';
import { Person } from './person.ts';
import type { Platform } from './platform.ts';
import { handlersOf } from './server.ts';
import { type Delivery, SocketHub } from './socket.ts';
import type { ApiCall, Change, Channel, WorkspaceSeed } from './types.ts';
import { ViewStore } from './view-store.ts';
import { Workspace, type WorkspaceView } from './workspace.ts';

export type { ClickTarget } from './click.ts';
export { defaultWorkspace } from './default-workspace.ts';
export type { Darkness, Fault, Faults } from './faults.ts';
export type { Entry } from './form.ts';
export type { GestureResult, SubmitResult } from './gesture.ts';
export type { HostedHandlers, SlackHost } from './host.ts';
export type { JsonObject } from './json.ts';
export type { Person } from './person.ts';
export { renderText, renderView } from './render-text.ts';
export type { Delivery } from './socket.ts';
export type { Entries } from './submission.ts';
export type {
  ApiCall,
  AppSeed,
  Change,
  Channel,
  ChannelSeed,
  Message,
  Notification,
  UserSeed,
  View,
  WorkspaceSeed,
} from './types.ts';
export type { WorkspaceView } from './workspace.ts';

const ACK_TIMEOUT_MS = 3_000;

export interface SlackStandInOptions {
  readonly clock: Clock;
  /** Wall time in epoch ms, for what Slack counts in real seconds: trigger ids and acks. */
  readonly wallNow: () => number;
  readonly seed: WorkspaceSeed;
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** Serves the stand-in in place of a server of its own. */
  readonly host?: SlackHost;
  /** Ids for everything the workspace makes; counters unless told otherwise. */
  readonly nextId?: (prefix: string) => string;
  readonly ackTimeoutMs?: number;
  /** Where the app reaches the stand-in, when something stands in between. */
  readonly publicUrl?: string;
  /** One message per second and channel in business time; on unless told otherwise. */
  readonly enforceRateLimit?: boolean;
}

export interface SlackStandIn {
  readonly url: string;
  /** What `slackApiUrl` of a client takes. */
  readonly apiUrl: string;
  readonly workspace: WorkspaceView;
  /** Web API calls and response_url posts, oldest first, without tokens. */
  readonly calls: readonly ApiCall[];
  readonly faults: Faults;
  person(userId: string): Person;
  /** Open Socket Mode connections. */
  connections(): number;
  /** Tells when the number of open connections changes. */
  onConnections(listener: (count: number) => void): () => void;
  inFlight(): number;
  /** Resolves when no request is being served and no envelope waits for its ack. */
  settled(): Promise<void>;
  onChange(listener: (change: Change) => void): () => void;
  /** Deactivates or changes a person; the app hears `user_change`. */
  changeUser(userId: string, patch: Partial<Omit<WorkspaceSeed['users'][number], 'id'>>): void;
  archive(channelId: string): void;
  /** The bot or a person leaves the channel, or comes in. */
  kick(channelId: string, userId: string): void;
  invite(channelId: string, userId: string): void;
  /** Changes who is in a channel, or whom it is shared with. */
  changeChannel(channelId: string, patch: Partial<Pick<Channel, 'members' | 'isExtShared'>>): void;
  redeliverLast(): Promise<Delivery>;
  /** Sends what people do as signed requests, as to an app without Socket Mode. */
  pushTo(target: PushTarget): void;
  /** Breaks every socket without a word. */
  disconnectSockets(): void;
  /** Is gone for a while of business time: requests fail, sockets break and stay away. */
  goDark(darkness: Darkness): void;
  /** Asks every client to reconnect, as Slack does now and then. */
  refreshSockets(): void;
  close(): Promise<void>;
}

/** Starts a Slack workspace on 127.0.0.1 that an app and a test can share. */
export async function startSlackStandIn(options: SlackStandInOptions): Promise<SlackStandIn> {
  const { clock, wallNow, seed, port = 0, ackTimeoutMs = ACK_TIMEOUT_MS, enforceRateLimit = true } = options;
  const nextId = options.nextId ?? counters();
  const workspace = new Workspace({ clock, seed, nextId });
  const inFlight = new InFlight();
  const { appId } = seed.app;
  const faults = new Faults();
  const isDark = () => faults.darkAt(clock.now()) !== undefined;
  const host = options.host ?? (await openOwnHost(port));
  const { url } = host;
  const platform: Platform = {
    clock,
    workspace,
    views: new ViewStore(workspace),
    interactions: new Interactions({ clock, wallNow, nextId }),
    sockets: new SocketHub({ wallNow, nextId, inFlight, ackTimeoutMs, appId, isDark }),
    faults,
    inFlight,
    calls: [],
    lastPostAt: new Map(),
    enforceRateLimit,
    url: () => options.publicUrl ?? url,
  };
  const events = new Events(platform);
  const stopServing = host.serve(handlersOf(platform));
  platform.sockets.start();

  return {
    url,
    apiUrl: `${url}/api/`,
    workspace,
    calls: platform.calls,
    faults: platform.faults,
    person: (userId) => new Person(platform, events, userId),
    connections: () => platform.sockets.connections,
    onConnections: (listener) => platform.sockets.onConnections(listener),
    inFlight: () => inFlight.count,
    settled: () => inFlight.settled(),
    onChange: (listener) => workspace.onChange((change) => listener(change)),
    changeUser: (userId, patch) => changeUser(workspace, userId, patch),
    ...channelChanges(workspace),
    redeliverLast: () => platform.sockets.redeliverLast(),
    pushTo: (target) => platform.sockets.pushTo(target),
    disconnectSockets: () => platform.sockets.drop(),
    goDark: (darkness) => {
      faults.dark(darkness);
      clock.timer(darkness.from, () => platform.sockets.drop());
    },
    refreshSockets: () => platform.sockets.refresh(),
    close: async () => {
      events.close();
      platform.sockets.close();
      await stopServing();
    },
  };
}

function counters(): (prefix: string) => string {
  const counts = new Map<string, number>();
  return (prefix) => {
    const count = (counts.get(prefix) ?? 0) + 1;
    counts.set(prefix, count);
    return `${prefix}${String(count).padStart(6, '0')}`;
  };
}

function changeUser(workspace: Workspace, userId: string, patch: object): void {
  const user = workspace.user(userId);
  if (user === undefined) throw new Error(`nobody has the id ${userId}`);
  workspace.setUser({ ...user, ...patch });
}

function channelChanges(workspace: Workspace): Pick<SlackStandIn, 'archive' | 'changeChannel' | 'kick' | 'invite'> {
  return {
    archive: (channelId) => changeChannel(workspace, channelId, { isArchived: true }),
    changeChannel: (channelId, patch) => changeChannel(workspace, channelId, patch),
    kick: (channelId, userId) => {
      const { members } = channelOf(workspace, channelId);
      changeChannel(workspace, channelId, { members: members.filter((id) => id !== userId) });
    },
    invite: (channelId, userId) => {
      const { members } = channelOf(workspace, channelId);
      changeChannel(workspace, channelId, { members: [...members, userId] });
    },
  };
}

function changeChannel(workspace: Workspace, channelId: string, patch: Partial<Channel>): void {
  workspace.setChannel({ ...channelOf(workspace, channelId), ...patch });
}

function channelOf(workspace: Workspace, channelId: string): Channel {
  const channel = workspace.channel(channelId);
  if (channel === undefined) throw new Error(`there is no channel ${channelId}`);
  return channel;
}
