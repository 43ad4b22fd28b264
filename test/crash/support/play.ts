import { MINUTE_MS } from '../../../src/domain/time.ts';
import { quietPolicy } from '../../../src/sandbox/sandbox-config.ts';
import { type Message, renderText } from '../../../src/sandbox/slack/index.ts';
import { AppProcess, Killed } from './app-process.ts';
import type { Gate } from './gate.ts';
import { Hands } from './hands.ts';
import { subjectOf } from './outcome.ts';
import type { Seen, Step, Story } from './story-type.ts';
import type { Surroundings } from './surroundings.ts';

export const CHANNEL = 'ai-keys';
/** How long a person waits for the result of a gesture before it counts as lost. */
const PATIENCE_MS = 30 * MINUTE_MS;
const WATCHER = 'U0CHRIS';

export interface PlayOptions {
  readonly story: Story;
  readonly surroundings: Surroundings;
  readonly gate: Gate;
  readonly bundle: string;
  readonly databasePath: string;
}

/** Plays a story to its end; when the app is killed, another one takes over on the same database. */
export class Play {
  readonly logs: string[] = [];
  readonly #options: PlayOptions;
  readonly #done = new Set<Step>();

  constructor(options: PlayOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    this.#beat('start');
    while (await this.#liveOnce()) {
      // The app was killed: another one takes over.
    }
  }

  /** True when the app was killed, false when the story has ended. */
  async #liveOnce(): Promise<boolean> {
    const { surroundings, gate, bundle, databasePath, story } = this.#options;
    const setting = {
      now: surroundings.clock.now(),
      databasePath,
      policy: quietPolicy(story.policy).replaceAll('{deploy}', surroundings.addresses.deployUrl ?? ''),
      ...surroundings.addresses,
    };
    const app = new AppProcess({ bundle, gate, setting });
    try {
      await app.started();
      await this.#playOn(app);
      await app.stop();
      return false;
    } catch (error) {
      if (error instanceof Killed) return true;
      throw error;
    } finally {
      await app.dispose();
      await surroundings.settled();
      this.logs.push(...app.logs);
    }
  }

  async #playOn(app: AppProcess): Promise<void> {
    const { clock, slack } = this.#options.surroundings;
    const { story } = this.#options;
    const hands = new Hands({ slack, alive: (work) => app.alive(work) });
    const triedAt = new Map<Step, number>();
    for (;;) {
      const nextDueAt = await this.#settle(app);
      const now = clock.now();
      const step = this.#nextStep();
      if (step !== undefined && step.at <= now) {
        const tried = triedAt.get(step);
        if (tried === undefined) {
          triedAt.set(step, now);
          this.#beat(step.name);
          await step.act(hands, this.#seen());
          continue;
        }
        if (now - tried > PATIENCE_MS) throw new Error(`“${step.name}” showed no result`);
      }
      if (now >= story.until) {
        if (step !== undefined) throw new Error(`the story ended before “${step.name}” was done`);
        return;
      }
      const stepAt = step !== undefined && step.at > now ? step.at : story.until;
      const next = Math.min(nextDueAt, clock.nextTimerAt() ?? story.until, stepAt, story.until);
      clock.jumpTo(next);
      this.#beat();
      app.jump(clock.now());
    }
  }

  /** Steps whose result is seen are over for good. */
  #nextStep(): Step | undefined {
    const seen = this.#seen();
    for (const step of this.#options.story.steps) {
      if (this.#done.has(step)) continue;
      if (step.at > seen.now || !step.isDone(seen)) return step;
      this.#done.add(step);
    }
    return undefined;
  }

  /** Resolves when neither the app nor anything around it is in the middle of something. */
  async #settle(app: AppProcess): Promise<number> {
    const { surroundings, gate } = this.#options;
    for (;;) {
      const before = gate.arrivals;
      await app.alive(surroundings.settled());
      const nextDueAt = await app.settled();
      if (surroundings.inFlight() === 0 && gate.arrivals === before) return nextDueAt;
    }
  }

  #beat(what?: string): void {
    const { story, gate, surroundings } = this.#options;
    const words = [story.name, clockText(surroundings.clock.now()), what];
    gate.beat(words.filter(Boolean).join(' '));
  }

  #seen(): Seen {
    const { clock, slack, world, consumer } = this.#options.surroundings;
    const watcher = slack.person(WATCHER);
    const textOf = (message: Message | undefined) =>
      message === undefined ? '' : renderText(message, slack.workspace);
    const about = (kind: string): readonly Message[] => {
      const root = watcher.visibleMessages(CHANNEL).findLast((message) => subjectOf(message).startsWith(`${kind}:`));
      return root === undefined ? [] : watcher.thread(CHANNEL, root.ts);
    };
    const thread = about('alert');
    return {
      now: clock.now(),
      world,
      consumer,
      alert: thread[0],
      thread: thread.map(textOf),
      about,
      directTo: (userId) => slack.person(userId).directMessages(),
      textOf,
    };
  }
}

/** Of the day, to the second: the story is shorter than that. */
function clockText(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}
