import type { InteractiveElement } from './blocks.ts';
import { actionOf, type ClickTarget, pick, stateOf, valuesOf } from './click.ts';
import type { Events } from './events.ts';
import { type GestureResult, resultOf, type SubmitResult } from './gesture.ts';
import { type JsonObject, objectsIn } from './json.ts';
import { attachFile } from './methods/files.ts';
import { escapeText } from './mrkdwn.ts';
import { baseOf, commandPayload, messageOrigin, viewOrigin } from './payloads.ts';
import type { Platform } from './platform.ts';
import { postAnswer } from './response-url.ts';
import { SlackError } from './slack-error.ts';
import { confirmText, type Entries, submitView } from './submission.ts';
import type { Channel, Message, Notification, UserSeed, View } from './types.ts';
import { viewJson } from './view-store.ts';

/** A human at a Slack client: sees what this person sees, and can only do what is on the screen. */
export class Person {
  readonly id: string;
  readonly #platform: Platform;
  readonly #events: Events;

  constructor(platform: Platform, events: Events, id: string) {
    if (platform.workspace.user(id) === undefined) throw new Error(`nobody has the id ${id}`);
    this.#platform = platform;
    this.#events = events;
    this.id = id;
  }

  get user(): UserSeed {
    const user = this.#platform.workspace.user(this.id);
    if (user === undefined || user.deleted === true) throw new Error(`${this.id} is deactivated and cannot use Slack`);
    return user;
  }

  /** The modals on the screen, root first. */
  get views(): readonly View[] {
    return this.#platform.views.stack(this.id);
  }

  get home(): View | undefined {
    return this.#platform.views.home(this.id);
  }

  get notifications(): readonly Notification[] {
    return this.#platform.workspace.notifications.filter((one) => one.userId === this.id);
  }

  /** What the channel shows, oldest first, with the ephemeral messages only this person sees. */
  visibleMessages(channel: string): readonly Message[] {
    return this.messages(channel).filter((one) => one.threadTs === undefined || one.isBroadcastReply === true);
  }

  /** Full members see public channels, everybody sees those that they are in. */
  sees({ kind, members }: Pick<Channel, 'kind' | 'members'>): boolean {
    const { isRestricted, isUltraRestricted } = this.user;
    const isGuest = isRestricted === true || isUltraRestricted === true;
    return members.includes(this.id) || (kind === 'public' && !isGuest);
  }

  /** Every message of the channel that this person sees, replies included, oldest first. */
  messages(channelName: string): readonly Message[] {
    const { workspace } = this.#platform;
    const channel = this.#visible(channelName);
    const all = [...workspace.messages(channel.id), ...workspace.ephemerals(channel.id, this.id)];
    return all.sort((a, b) => (a.ts < b.ts ? -1 : 1));
  }

  /** A message and its replies, as the thread pane shows them. */
  thread(channel: string, ts: string): readonly Message[] {
    return this.messages(channel).filter((one) => one.ts === ts || one.threadTs === ts);
  }

  /** The direct messages with the bot. */
  directMessages(): readonly Message[] {
    return this.visibleMessages(this.#platform.workspace.openDirect(this.id).id);
  }

  /** Types a slash command, such as `/keys stale`, in a channel. */
  async command(line: string, channelName?: string): Promise<GestureResult> {
    const { interactions, sockets, workspace } = this.#platform;
    const user = this.user;
    const { commands } = workspace.seed.app;
    const [name = ''] = line.trim().split(/\s/);
    if (commands?.includes(name) === false) throw new Error(`${name} is not a valid command`);
    const channel = channelName === undefined ? this.#anyChannel() : this.#joined(channelName);
    const target = { userId: this.id, channel: channel.id };
    const payload = commandPayload(this.#platform, {
      user,
      channel,
      line: this.#withMentions(line, true),
      triggerId: interactions.mintTrigger({ userId: this.id }),
      responseUrl: this.#platform.url() + interactions.mintResponsePath(target),
    });
    const delivery = await sockets.send({ type: 'slash_commands', payload, acceptsResponsePayload: true });
    if (delivery.outcome !== 'acked' || Object.keys(delivery.payload).length === 0) return resultOf(delivery);
    try {
      postAnswer(this.#platform, target, delivery.payload);
    } catch (error) {
      // Slack shows nothing of an answer it cannot use.
      if (error instanceof SlackError) throw new Error(`Slack would drop this answer: ${error.message}`);
      throw error;
    }
    return resultOf(delivery);
  }

  /** Clicks a button, or chooses in a menu; a confirmation dialog is accepted. */
  async click(target: ClickTarget): Promise<GestureResult> {
    const place = target.ts === undefined ? this.#clickInView(target) : this.#clickInMessage(target);
    const { element, payload } = place;
    const delivery = await this.#platform.sockets.send({ type: 'interactive', payload, acceptsResponsePayload: false });
    const confirmed = confirmText(element);
    return { ...resultOf(delivery), ...(confirmed === undefined ? {} : { confirmed }) };
  }

  /** Fills in the modal on top and submits it. */
  async submit(viewId: string, entries: Entries = {}): Promise<SubmitResult> {
    const view = this.#top(viewId);
    return submitView(this.#platform, this.user, { view, entries });
  }

  /** Puts a file where a modal asks for one; returns what is entered there. */
  attach(name: string, bytes: Uint8Array): string {
    return attachFile(this.#platform, this.user.id, { name, bytes });
  }

  /** Presses cancel (back to the modal below) or, with `all`, the cross that closes every modal. */
  async closeView(viewId: string, { all = false }: { all?: boolean } = {}): Promise<GestureResult | undefined> {
    const { views, workspace, sockets } = this.#platform;
    const view = this.#top(viewId);
    const isCleared = all || view.body['clear_on_close'] === true;
    const closed = isCleared ? [...this.views].reverse() : [view];
    if (isCleared) views.clear(this.id);
    else views.close(view);
    let result: GestureResult | undefined;
    for (const one of closed.filter(({ body }) => body['notify_on_close'] === true)) {
      const base = baseOf(this.#platform, this.user);
      const payload = { type: 'view_closed', ...base, view: viewJson(workspace, one), is_cleared: isCleared };
      result = resultOf(await sockets.send({ type: 'interactive', payload, acceptsResponsePayload: false }));
    }
    return result;
  }

  /** Opens the app's Home tab. */
  async openHome(): Promise<GestureResult> {
    const { workspace } = this.#platform;
    const channel = workspace.openDirect(this.user.id).id;
    const home = this.home;
    const view = home === undefined ? {} : { view: viewJson(workspace, home) };
    const event = {
      type: 'app_home_opened',
      user: this.id,
      channel,
      tab: 'home',
      ...view,
      event_ts: workspace.nextTs(),
    };
    const delivery = await this.#events.send('app_home_opened', event);
    return delivery === undefined ? { acked: false } : resultOf(delivery);
  }

  /** Writes a message; the app hears of it where it subscribed to messages. */
  say(channelName: string, text: string, { threadTs }: { threadTs?: string } = {}): Message {
    const channel = this.#joined(channelName);
    const place = { channel: channel.id, user: this.user.id, ...(threadTs === undefined ? {} : { threadTs }) };
    return this.#platform.workspace.post({
      ...place,
      text: this.#withMentions(escapeText(text)),
      blocks: [typed(text)],
    });
  }

  /** Rewrites an own message. */
  edit(message: Message, text: string): Message {
    if (message.user !== this.user.id) throw new Error('only own messages can be edited');
    const edited = { user: this.id, ts: this.#platform.workspace.nextTs() };
    const { ts: _ts, ...rest } = message;
    const next = { ...rest, text: this.#withMentions(escapeText(text)), blocks: [typed(text)], edited };
    return this.#platform.workspace.replace(message, next);
  }

  /** Deletes an own message. */
  remove(message: Message): void {
    if (message.user !== this.user.id) throw new Error('only own messages can be deleted');
    this.#platform.workspace.remove(message);
  }

  #clickInMessage(target: ClickTarget): { element: JsonObject; payload: JsonObject } {
    const { workspace, interactions, url } = this.#platform;
    const channel = this.#visible(String(target.channel));
    const message = this.messages(channel.id).find((one) => one.ts === target.ts);
    if (message === undefined) throw new Error(`${this.user.name} sees no message ${target.ts} in ${channel.name}`);
    const found = pick(message.blocks, target);
    const values = valuesOf(message.blocks, target, found);
    const place = { userId: this.id, channel: channel.id, messageTs: message.ts };
    const responseUrl = url() + interactions.mintResponsePath(place);
    const origin = messageOrigin(this.#platform, { message, channel, values, responseUrl });
    return { element: found.element, payload: this.#actions(found, { origin, target, ts: workspace.nextTs() }) };
  }

  #clickInView(target: ClickTarget): { element: JsonObject; payload: JsonObject } {
    const { workspace, views } = this.#platform;
    const view = target.home === true ? this.home : this.#top(String(target.viewId));
    if (view === undefined) throw new Error(`${this.user.name} has no Home tab yet`);
    const blocks = objectsIn(view.body['blocks']);
    const found = pick(blocks, target);
    const entered = stateOf(found, target);
    const old = view.values[found.blockId];
    const values = entered === undefined ? view.values : { ...view.values, [found.blockId]: { ...old, ...entered } };
    const origin = viewOrigin(this.#platform, views.setValues(view, values));
    const viewId = view.body['type'] === 'modal' ? view.id : undefined;
    return {
      element: found.element,
      payload: this.#actions(found, { origin, target, ts: workspace.nextTs(), viewId }),
    };
  }

  #actions(
    found: InteractiveElement,
    context: { origin: JsonObject; target: ClickTarget; ts: string; viewId?: string | undefined },
  ): JsonObject {
    const { origin, target, ts, viewId } = context;
    const trigger = { userId: this.id, ...(viewId === undefined ? {} : { viewId }) };
    return {
      type: 'block_actions',
      ...baseOf(this.#platform, this.user),
      trigger_id: this.#platform.interactions.mintTrigger(trigger),
      ...origin,
      actions: [actionOf(found, target, ts)],
    };
  }

  #visible(channelName: string): Channel {
    const { workspace } = this.#platform;
    const channel = workspace.channel(channelName) ?? workspace.channelNamed(channelName);
    if (channel === undefined) throw new Error(`there is no channel ${channelName}`);
    if (this.sees(channel)) return channel;
    throw new Error(`${this.user.name} cannot see ${channel.name}`);
  }

  #joined(channelName: string): Channel {
    const channel = this.#visible(channelName);
    if (channel.isArchived) throw new Error(`${channel.name} is archived`);
    if (channel.members.includes(this.id)) return channel;
    throw new Error(`${this.user.name} is not in ${channel.name}`);
  }

  #anyChannel(): Channel {
    const channel = this.#platform.workspace.channels().find((one) => one.members.includes(this.id) && !one.isArchived);
    return channel ?? this.#platform.workspace.openDirect(this.id);
  }

  #top(viewId: string): View {
    const top = this.views.at(-1);
    if (top?.id === viewId) return top;
    throw new Error(`${this.user.name} does not have the view ${viewId} in front`);
  }

  /** `@ben` becomes a mention, as when a person picks the name while typing. */
  #withMentions(text: string, withName = false): string {
    return text.replace(/(^|\s)@([a-z0-9._-]+)/g, (whole, before: string, name: string) => {
      const user = this.#platform.workspace.users().find((one) => one.name === name);
      if (user === undefined) return whole;
      return `${before}<@${user.id}${withName ? `|${user.name}` : ''}>`;
    });
  }
}

function typed(text: string): JsonObject {
  const section = { type: 'rich_text_section', elements: [{ type: 'text', text }] };
  return { type: 'rich_text', elements: [section] };
}
