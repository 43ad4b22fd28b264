import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../../ports/logger.ts';
import type { Speed } from '../page/protocol.ts';
import type { Change, SlackHost } from '../slack/index.ts';
import { openStage, type Stage } from '../stage.ts';
import { Conductor } from './conductor.ts';
import type { LiveStory } from './story.ts';

const SEED = 1;
const LAG_MINUTES = 5;
const BEAT_MS = 50;

export interface TheatreOptions {
  readonly host: SlackHost;
  readonly logger: (story: LiveStory) => Logger;
  readonly wallNow: () => number;
  /** Told when a story cannot go on: a fault of the sandbox itself. */
  readonly onFault: (error: unknown) => void;
  /** Time stands still while nobody watches: nothing happens before somebody looks. */
  readonly isWatched: () => boolean;
  /** False: whoever opened it beats the time. */
  readonly isDriven?: boolean;
}

/** A story on its stage. */
export interface Playing {
  readonly story: LiveStory;
  readonly stage: Stage;
  readonly conductor: Conductor;
}

/** `story`: another one plays, or none. */
export type TheatreNews = { readonly kind: 'story' } | { readonly kind: 'workspace'; readonly change: Change };

/** One story at a time: each has a stage of its own, the workspace's address stays. */
export class Theatre {
  readonly #options: TheatreOptions;
  readonly #listeners = new Set<(news: TheatreNews) => void>();
  #playing: Playing | null = null;
  #turn: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: TheatreOptions) {
    this.#options = options;
  }

  /** Null while a story is being set up. */
  get playing(): Playing | null {
    return this.#playing;
  }

  onNews(listener: (news: TheatreNews) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends what plays and starts this; resolves when it stands at its beginning. */
  open(story: LiveStory, speed: Speed): Promise<void> {
    const opened = this.#turn.then(() => this.#replace(story, speed));
    this.#turn = opened.catch(() => {});
    return opened;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#turn;
    await this.#end();
  }

  async #replace(story: LiveStory, speed: Speed): Promise<void> {
    await this.#end();
    if (this.#isClosed) return;
    const { host, logger, wallNow } = this.#options;
    const { scenario, provider, policy, prepare, past, anthropic } = story;
    const stage = await openStage({
      scenario,
      provider,
      seed: SEED,
      pollMinutes: scenario.pollMinutes,
      lagMinutes: LAG_MINUTES,
      logger: logger(story),
      slackHost: host,
      ...(policy === undefined ? {} : { policy }),
      ...(prepare === undefined ? {} : { prepare }),
      ...(past === undefined ? {} : { past }),
      ...(anthropic === undefined ? {} : { anthropic }),
    });
    try {
      await stage.settle();
      await story.begin?.(stage);
    } catch (error) {
      await stage.close();
      throw error;
    }
    stage.slack.onChange((change) => this.#tell({ kind: 'workspace', change }));
    const conductor = new Conductor({ stage, endsAt: scenario.endsAt, wallNow, speed });
    const playing = { story, stage, conductor };
    this.#playing = playing;
    this.#tell({ kind: 'story' });
    if (this.#options.isDriven !== false) void this.#drive(playing);
  }

  async #end(): Promise<void> {
    const ending = this.#playing;
    if (ending === null) return;
    this.#playing = null;
    this.#tell({ kind: 'story' });
    ending.conductor.close();
    await ending.stage.close();
  }

  async #drive(playing: Playing): Promise<void> {
    try {
      while (this.#playing === playing) {
        if (this.#options.isWatched()) await playing.conductor.beat();
        await pause(BEAT_MS);
      }
    } catch (error) {
      playing.conductor.fail();
      this.#options.onFault(error);
    }
  }

  #tell(news: TheatreNews): void {
    for (const listener of this.#listeners) listener(news);
  }
}
