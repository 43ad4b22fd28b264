import { type Entries, type Message, type Person, renderText, renderView } from '../slack/index.ts';
import type { Stage } from '../stage.ts';
import type { Consumer } from './consumer.ts';

export const DRIVER = 'U0ANA';
const SECOND = 'U0CHRIS';
const CHANNEL = 'ai-keys';
const REASON = 'the quarterly rotation';
const MAKE = 'rotation_make';
const DONE = 'rotation_done';
const APPROVE = 'approval_approve';
const ENDS = ['rotation_retire', 'key_revoke'];

/**
 * Ana, who leads a rotation through its thread: she does what the next step asks for, and waits where it waits. Chris
 * agrees to what is for good.
 */
export class People {
  readonly #stage: Stage;
  readonly #consumer: Consumer;

  constructor(stage: Stage, consumer: Consumer) {
    this.#stage = stage;
    this.#consumer = consumer;
  }

  /** Does the one thing that is next, as far as the thread shows; false where it waits. Asking twice does no harm. */
  async act(): Promise<boolean> {
    const [root, ...replies] = this.#thread();
    if (root === undefined) return this.#begin();
    if (await this.#approve()) return true;
    if (await this.#end(replies[4])) return true;
    const place = replies.slice(0, 6).findIndex((reply) => !this.#isTicked(reply));
    const reply = replies[place];
    if (reply === undefined) return false;
    if (place === 0) return this.#generate(reply);
    if (place === 1) return this.#press(this.#driver, reply, DONE);
    return place === 2 && this.#redeploy(reply);
  }

  /** As soon as it is offered, whatever has been proven: to know better is not left to her. */
  async #end(reply: Message | undefined): Promise<boolean> {
    const end = reply && ENDS.find((actionId) => offers(reply, actionId));
    if (reply === undefined || end === undefined || !(await this.#press(this.#driver, reply, end))) return false;
    await this.#fill();
    return true;
  }

  async #begin(): Promise<boolean> {
    await this.#closeAll(this.#driver);
    await this.#stage.during(() => this.#driver.command(`/keys rotate ${this.#consumer.old.name}`, CHANNEL));
    await this.#stage.settle();
    await this.#fill();
    return true;
  }

  /** By Keysteward where it offers to; else in the console, under the very name that the thread asks for. */
  async #generate(reply: Message): Promise<boolean> {
    if (offers(reply, MAKE)) {
      if (await this.#press(this.#driver, reply, MAKE)) await this.#fill();
      return true;
    }
    const name = /Call it exactly ([\w-]+)/.exec(this.#textOf(reply))?.[1];
    if (name === undefined || this.#consumer.made().length > 0) return false;
    const { provider, scopeId, owner } = this.#consumer.old;
    this.#consumer.store(this.#stage.world.createKey({ provider, scopeId, owner, name }));
    return true;
  }

  /** Where no hook does it. */
  async #redeploy(reply: Message): Promise<boolean> {
    if (!offers(reply, DONE)) return false;
    this.#consumer.restart();
    return this.#press(this.#driver, reply, DONE);
  }

  async #approve(): Promise<boolean> {
    const chris = this.#stage.slack.person(SECOND);
    const asked = [...chris.visibleMessages(CHANNEL), ...this.#thread()].find((message) => offers(message, APPROVE));
    if (asked === undefined || !(await this.#press(chris, asked, APPROVE))) return false;
    await this.#fill(chris);
    return true;
  }

  get #driver(): Person {
    return this.#stage.slack.person(DRIVER);
  }

  #thread(): readonly Message[] {
    const root = this.#driver.visibleMessages(CHANNEL).find((message) => subjectOf(message.metadata) === 'rotation');
    return root === undefined ? [] : this.#driver.thread(CHANNEL, root.ts);
  }

  #textOf(message: Message): string {
    return renderText(message, this.#stage.slack.workspace);
  }

  #isTicked(message: Message): boolean {
    return this.#textOf(message).includes('– done by');
  }

  async #press(person: Person, { channel, ts, blocks }: Message, actionId: string): Promise<boolean> {
    if (!offers({ blocks }, actionId)) return false;
    await this.#closeAll(person);
    await this.#stage.during(() => person.click({ channel, ts, actionId }));
    await this.#stage.settle();
    return true;
  }

  /** Where a page says that there is no form, nothing is done. */
  async #fill(person = this.#driver): Promise<void> {
    const view = person.views.at(-1);
    if (view?.body['submit'] === undefined) return;
    const slug = /Type (\S+) to confirm/.exec(renderView(view, this.#stage.slack.workspace))?.[1];
    const asked = JSON.stringify(view.body);
    const entries: Entries = {
      ...(asked.includes('"block_id":"reason"') ? { reason: { value: REASON } } : {}),
      ...(slug === undefined ? {} : { slug: { value: slug } }),
    };
    await this.#stage.during(() => person.submit(view.id, entries));
    await this.#stage.settle();
  }

  async #closeAll(person: Person): Promise<void> {
    for (const view of [...person.views].reverse()) await this.#stage.during(() => person.closeView(view.id));
  }
}

/** The kind of thing that a message is about, as its metadata says. */
export function subjectOf(metadata: unknown): string {
  return /"subject":"(\w+):/.exec(JSON.stringify(metadata ?? {}))?.[1] ?? '';
}

function offers({ blocks }: Pick<Message, 'blocks'>, actionId: string): boolean {
  return JSON.stringify(blocks).includes(`"action_id":"${actionId}"`);
}
