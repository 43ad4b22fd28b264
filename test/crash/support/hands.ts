import type { ClickTarget, Entries, SlackStandIn, View } from '../../../src/sandbox/slack/index.ts';

/** How long a form may take in turns of the loop until the person gives up. */
const MOST_MS = 5_000;

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

  /** Clicks what is on the screen. False when there is no such thing (any more). */
  async click(userId: string, target: ClickTarget): Promise<boolean> {
    const { slack, alive } = this.#options;
    const message = slack.person(userId).thread(target.channel ?? '', target.ts ?? '')[0];
    if (!JSON.stringify(message?.blocks ?? []).includes(`"action_id":"${target.actionId}"`)) return false;
    await alive(slack.person(userId).click(target));
    return true;
  }

  /** Types a slash command; resolves with the message that only this person sees. */
  async ask(userId: string, line: string, channel: string) {
    const { slack, alive } = this.#options;
    const person = slack.person(userId);
    const own = () => person.visibleMessages(channel).filter(({ ephemeralTo }) => ephemeralTo === userId);
    const before = own().length;
    await alive(person.command(line, channel));
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
