import { HOUR_MS } from '../../domain/time.ts';
import type { Speed } from '../page/protocol.ts';
import type { Change } from '../slack/index.ts';
import type { Stage } from '../stage.ts';

/** A machine that cannot hold the pace goes slower: what is missed of one beat is not made up for. */
const LONGEST_BEAT_MS = 250;
/** What a click sets off arrives within this: Slack takes one message a second, of the time that is played. */
const AFTERGLOW_MS = 3_000;
const LONGEST_SEEK_MS = 24 * HOUR_MS;

export interface ConductorOptions {
  readonly stage: Pick<Stage, 'clock' | 'slack' | 'playUntil' | 'during'>;
  /** Where the story ends. */
  readonly endsAt: number;
  readonly wallNow: () => number;
  readonly speed: Speed;
}

/**
 * Plays a stage against wall time: faster where that was chosen, at 1x while somebody acts or has a dialog open, and,
 * on demand, straight to the next thing that somebody can see.
 */
export class Conductor {
  readonly #options: ConductorOptions;
  /** What each message said last, without its figures. */
  readonly #gists = new Map<string, string>();
  readonly #stopListening: () => void;
  #speed: Speed;
  #lastBeatAt: number;
  #gestures = 0;
  #calmAt = 0;
  #seek: Seek | undefined;
  #hasEnded = false;
  #hasFailed = false;
  #isClosed = false;

  constructor(options: ConductorOptions) {
    this.#options = options;
    this.#speed = options.speed;
    this.#lastBeatAt = options.wallNow();
    this.#stopListening = options.stage.slack.onChange((change) => this.#onChange(change));
  }

  get speed(): Speed {
    return this.#speed;
  }

  /** How fast time goes on now. */
  get pace(): Speed {
    if (this.#hasFailed) return 0;
    if (this.#isBusy()) return 1;
    return this.#hasEnded && this.#speed > 1 ? 1 : this.#speed;
  }

  get isSeeking(): boolean {
    return this.#seek !== undefined;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Something that should never happen did: time stands still from here. */
  fail(): void {
    this.#hasFailed = true;
    this.#seek = undefined;
  }

  setSpeed(speed: Speed): void {
    this.#seek = undefined;
    this.#speed = speed;
  }

  /** Runs on to the next thing that somebody can see, a day at most, and goes on in real time from there. */
  seek(): void {
    if (!this.#hasEnded) this.#seek ??= { until: this.#options.stage.clock.now() + LONGEST_SEEK_MS, hasFound: false };
  }

  /** Who has a dialog open: until it is closed time goes on at 1x for everybody. */
  holders(): readonly string[] {
    const { slack } = this.#options.stage;
    return slack.workspace.users().flatMap(({ id }) => (slack.person(id).views.length > 0 ? [id] : []));
  }

  /** Runs what a person does; a search for the next event ends with it. */
  async gesture<Result>(act: () => Promise<Result>): Promise<Result> {
    this.#gestures += 1;
    this.#seek = undefined;
    try {
      return await this.#options.stage.during(act);
    } finally {
      this.#gestures -= 1;
      this.#calmAt = this.#options.wallNow() + AFTERGLOW_MS;
    }
  }

  /** Plays what has passed on the wall since the last beat, or searches. */
  async beat(): Promise<void> {
    const { stage, endsAt, wallNow } = this.#options;
    const now = wallNow();
    const elapsedMs = Math.min(now - this.#lastBeatAt, LONGEST_BEAT_MS);
    this.#lastBeatAt = now;
    if (this.#isClosed || this.#hasFailed) return;
    if (this.#seek === undefined) await this.#playFor(elapsedMs);
    else await this.#searchOn(this.#seek);
    if (stage.clock.now() >= endsAt) this.#hasEnded = true;
  }

  close(): void {
    this.#isClosed = true;
    this.#stopListening();
  }

  async #playFor(elapsedMs: number): Promise<void> {
    const { stage } = this.#options;
    const { pace } = this;
    if (pace === 0) return;
    const until = this.#withinStory(stage.clock.now() + elapsedMs * pace);
    await stage.playUntil(until, () => !this.#isClosed && this.#seek === undefined && this.pace >= pace);
  }

  async #searchOn(seek: Seek): Promise<void> {
    const { stage } = this.#options;
    const isOn = () => !this.#isClosed && this.#seek === seek && !seek.hasFound && !this.#isHeld();
    await stage.playUntil(this.#withinStory(seek.until), isOn);
    // Another order came in between: that one holds.
    if (this.#seek !== seek) return;
    this.#seek = undefined;
    if (this.#speed > 1) this.#speed = 1;
  }

  #withinStory(at: number): number {
    return this.#hasEnded ? at : Math.min(at, this.#options.endsAt);
  }

  #isBusy(): boolean {
    return this.#options.wallNow() < this.#calmAt || this.#isHeld();
  }

  #isHeld(): boolean {
    return this.#gestures > 0 || this.holders().length > 0;
  }

  #onChange(change: Change): void {
    const isNews = this.#isNews(change);
    if (this.#seek !== undefined && isNews) this.#seek.hasFound = true;
  }

  /** Replies in a thread that nobody has open are no news, and figures that have moved on are none. */
  #isNews({ kind, channel, ts }: Change): boolean {
    if (kind === 'ephemeral' || kind === 'modal' || kind === 'home') return true;
    if ((kind !== 'posted' && kind !== 'edited') || channel === undefined || ts === undefined) return false;
    const { workspace } = this.#options.stage.slack;
    const message = workspace.message(channel, ts);
    if (message === undefined) return false;
    const isRoot = message.threadTs === undefined || message.isBroadcastReply === true;
    if (!isRoot && workspace.channel(channel)?.kind !== 'im') return false;
    const gist = message.text.replaceAll(/[\d.,]+/g, '');
    const isNew = this.#gists.get(ts) !== gist;
    this.#gists.set(ts, gist);
    return isNew;
  }
}

interface Seek {
  readonly until: number;
  hasFound: boolean;
}
