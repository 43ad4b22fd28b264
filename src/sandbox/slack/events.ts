import type { JsonObject } from './json.ts';
import { userJson } from './methods/users.ts';
import type { Platform } from './platform.ts';
import type { Delivery, Envelope } from './socket.ts';
import { clearableTimers, type TimerSet } from './timers.ts';
import type { Channel, Message } from './types.ts';
import { messageJson } from './workspace.ts';

// An event that was not acknowledged comes again: at once, after a minute, after five.
const RETRY_AFTER_MS = [0, 60_000, 300_000];

const MESSAGE_EVENT = { public: 'message.channels', private: 'message.groups', im: 'message.im' } as const;
const CHANNEL_TYPE = { public: 'channel', private: 'group', im: 'im' } as const;

/** Sends the events the app subscribed to, and repeats those that were not acknowledged. */
export class Events {
  readonly #platform: Platform;
  readonly #timers: TimerSet;
  #waiting: Envelope[] = [];

  constructor(platform: Platform) {
    this.#platform = platform;
    this.#timers = clearableTimers(platform.clock);
    platform.sockets.onConnections((count) => count > 0 && this.#drain());
    platform.workspace.onChange((change, message, before) => {
      if (change.kind === 'person') this.#userChanged(String(change.userId));
      if (message === undefined || message.ephemeralTo !== undefined) return;
      if (change.kind === 'posted') this.#posted(message);
      if (change.kind === 'edited') this.#changed(message, before ?? message);
      if (change.kind === 'deleted') this.#deleted(message);
    });
  }

  /** Delivers one event; undefined when the app did not subscribe to it. */
  send(subscription: string, event: JsonObject): Promise<Delivery> | undefined {
    const { workspace, clock } = this.#platform;
    const { app, team } = workspace.seed;
    if (!app.botEvents.includes(subscription)) return undefined;
    const bot = { enterprise_id: null, team_id: team.id, user_id: app.botUserId, is_bot: true };
    const payload = {
      token: 'verification-token',
      team_id: team.id,
      context_team_id: team.id,
      context_enterprise_id: null,
      api_app_id: app.appId,
      event,
      type: 'event_callback',
      event_id: workspace.nextId('Ev'),
      event_time: Math.floor(clock.now() / 1000),
      authorizations: [{ ...bot, is_enterprise_install: false }],
      is_ext_shared_channel: false,
    };
    return this.#deliver({ type: 'events_api', payload, acceptsResponsePayload: false });
  }

  close(): void {
    this.#timers.clear();
  }

  async #deliver(envelope: Envelope): Promise<Delivery> {
    const delivery = await this.#platform.sockets.send(envelope);
    if (delivery.outcome === 'no-socket') this.#waiting.push(envelope);
    if (delivery.outcome === 'lost' || delivery.outcome === 'timeout') this.#retry(envelope);
    return delivery;
  }

  #retry(envelope: Envelope): void {
    const attempt = envelope.retryAttempt ?? 0;
    const delay = RETRY_AFTER_MS[attempt];
    if (delay === undefined) return;
    const again = { ...envelope, retryAttempt: attempt + 1, retryReason: 'timeout' };
    if (delay === 0) void this.#deliver(again);
    else this.#timers.at(this.#platform.clock.now() + delay, () => void this.#deliver(again));
  }

  #drain(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const envelope of waiting) void this.#deliver(envelope);
  }

  #posted(message: Message): void {
    this.#message(message, messageJson(this.#platform.workspace, message));
  }

  #changed(after: Message, before: Message): void {
    const { workspace } = this.#platform;
    const messages = { message: messageJson(workspace, after), previous_message: messageJson(workspace, before) };
    this.#message(after, {
      type: 'message',
      subtype: 'message_changed',
      hidden: true,
      ...messages,
      ts: workspace.nextTs(),
    });
  }

  #deleted(message: Message): void {
    const { workspace } = this.#platform;
    const previous = { deleted_ts: message.ts, previous_message: messageJson(workspace, message) };
    const event = { type: 'message', subtype: 'message_deleted', hidden: true, ...previous, ts: workspace.nextTs() };
    this.#message(message, event);
  }

  #message({ channel: id }: Message, event: JsonObject): void {
    const channel = this.#platform.workspace.channel(id);
    if (channel === undefined || !this.#hears(channel)) return;
    const place = { channel: id, channel_type: CHANNEL_TYPE[channel.kind], event_ts: event['ts'] };
    void this.send(MESSAGE_EVENT[channel.kind], { ...event, ...place });
  }

  #hears(channel: Channel): boolean {
    return channel.members.includes(this.#platform.workspace.seed.app.botUserId);
  }

  #userChanged(userId: string): void {
    const { workspace } = this.#platform;
    const user = workspace.user(userId);
    if (user === undefined) return;
    const ts = workspace.nextTs();
    const event = {
      type: 'user_change',
      user: userJson(workspace, user),
      cache_ts: Math.floor(Number(ts)),
      event_ts: ts,
    };
    void this.send('user_change', event);
  }
}
