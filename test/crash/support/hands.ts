import type { ClickTarget, Entries, Message, SlackStandIn, View } from '../../../src/sandbox/slack/index.ts';

// Of wall time: an answer that has not come by then never comes.
const MOST_MS = 120_000;

export interface HandsOptions {
  readonly slack: SlackStandIn;
  /** Awaits while the app lives: a gesture ends with it. */
  readonly alive: <Result>(work: Promise<Result>) => Promise<Result>;
}

/** The hands of everybody in the story. Each gesture ends, by an exception, when the app dies. */
export class Hands {
  readonly #options: HandsOptions;

  constructor(options: HandsOptions) {
    this.#options = options;
  }

  /** Clicks a button of a message, or chooses in its menu. False when it is not offered (any more). */
  async click(userId: string, message: Pick<Message, 'channel' | 'ts'>, target: ClickTarget): Promise<boolean> {
    const { slack, alive } = this.#options;
    const { channel, ts } = message;
    const seen = slack.person(userId).thread(channel, ts)[0];
    if (seen === undefined || !offers(seen, target)) return false;
    await alive(slack.person(userId).click({ channel, ts, ...target }));
    return true;
  }

  /** Types a slash command. */
  async type(userId: string, line: string, channel: string): Promise<void> {
    const { slack, alive } = this.#options;
    await alive(slack.person(userId).command(line, channel));
  }

  /** Types a slash command; resolves with the message that only this person sees. */
  async ask(userId: string, line: string, channel: string) {
    const person = this.#options.slack.person(userId);
    const own = () => person.visibleMessages(channel).filter(({ ephemeralTo }) => ephemeralTo === userId);
    const before = own().length;
    await this.type(userId, line, channel);
    return this.#until(() => own()[before], `an answer to ${line}`);
  }

  /** The form behind the click: a modal opens as a loading page first. Undefined: the page says why there is none. */
  async form(userId: string): Promise<View | undefined> {
    const { slack } = this.#options;
    const view = await this.#until(() => {
      const top = slack.person(userId).views.at(-1);
      return top !== undefined && !JSON.stringify(top.body).includes('Looking it up') ? top : undefined;
    }, 'a modal');
    return view.body['submit'] === undefined ? undefined : view;
  }

  /** Sends the form off. What the app refuses is an error of the story. */
  async submit(userId: string, view: View, entries: Entries): Promise<void> {
    const { slack, alive } = this.#options;
    const result = await alive(slack.person(userId).submit(view.id, entries));
    if (result.errors !== undefined) throw new Error(`the form was refused: ${JSON.stringify(result.errors)}`);
  }

  /** Closes what is open, as a person does whose app did not answer. */
  async closeAll(userId: string): Promise<void> {
    const { slack, alive } = this.#options;
    const person = slack.person(userId);
    for (const view of [...person.views].reverse()) await alive(person.closeView(view.id));
  }

  #until<Found>(look: () => Found | undefined, what: string): Promise<Found> {
    const { slack, alive } = this.#options;
    let off = () => {};
    let timer: NodeJS.Timeout | undefined;
    const found = new Promise<Found>((resolve, reject) => {
      const check = () => {
        const seen = look();
        if (seen !== undefined) resolve(seen);
      };
      off = slack.onChange(check);
      timer = setTimeout(() => reject(new Error(`${what} did not come`)), MOST_MS);
      check();
    });
    return alive(found).finally(() => {
      off();
      clearTimeout(timer);
    });
  }
}

function offers({ blocks }: Message, { actionId, option }: ClickTarget): boolean {
  const shown = JSON.stringify(blocks);
  const isThere = shown.includes(`"action_id":${JSON.stringify(actionId)}`);
  return isThere && (typeof option !== 'string' || shown.includes(`"text":${JSON.stringify(option)}`));
}
