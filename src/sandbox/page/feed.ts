import type { ServerResponse } from 'node:http';
import type { LiveStory } from '../live/story.ts';
import type { Playing, Theatre } from '../live/theatre.ts';
import { clockPart, type Part, storiesPart, truthPart, workspaceParts } from './sections/snapshot.ts';
import { TruthBook } from './sections/truth.ts';

const FLUSH_MS = 100;
const KEEP_ALIVE_MS = 15_000;
/** The truth is the dearest section, and a chart needs no ten pictures a second. */
const TRUTH_MS = 500;

interface Listener {
  readonly userId: string;
  readonly response: ServerResponse;
  /** By part: what was sent last. */
  readonly sent: Map<string, string>;
  /** The workspace may show something else than what was sent. */
  isStale: boolean;
}

export interface FeedsOptions {
  readonly theatre: Theatre;
  readonly stories: readonly LiveStory[];
  readonly wallNow: () => number;
}

/**
 * Who watches, and what each has been sent. Changes are gathered for a tenth of a second; to a slow reader nothing is
 * queued: when it reads again it gets what is so then.
 */
export class Feeds {
  readonly #options: FeedsOptions;
  readonly #stories: Part;
  readonly #listeners = new Set<Listener>();
  readonly #stopListening: () => void;
  #book: { readonly playing: Playing; readonly book: TruthBook } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #keepAliveAt = 0;
  #truthAt = 0;

  constructor(options: FeedsOptions) {
    this.#options = options;
    this.#stories = storiesPart(options.theatre, options.stories);
    this.#stopListening = options.theatre.onNews(() => {
      for (const listener of this.#listeners) listener.isStale = true;
    });
  }

  get count(): number {
    return this.#listeners.size;
  }

  /** Sends everything that this person sees, and then each change until the connection ends. */
  open(userId: string, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    response.write('retry: 1000\n\n');
    const listener: Listener = { userId, response, sent: new Map(), isStale: true };
    this.#listeners.add(listener);
    response.on('close', () => this.#leave(listener));
    this.#timer ??= setInterval(() => this.flush(), FLUSH_MS);
    this.#tell(listener, { withTruth: true });
  }

  /** Sends what has changed since. */
  flush(): void {
    const now = this.#options.wallNow();
    const withTruth = now >= this.#truthAt;
    if (withTruth) this.#truthAt = now + TRUTH_MS;
    const isQuiet = now >= this.#keepAliveAt;
    if (isQuiet) this.#keepAliveAt = now + KEEP_ALIVE_MS;
    for (const listener of this.#listeners) {
      if (listener.response.writableNeedDrain) continue;
      if (isQuiet) listener.response.write(': still here\n\n');
      this.#tell(listener, { withTruth });
    }
  }

  close(): void {
    this.#stopListening();
    for (const { response } of this.#listeners) response.destroy();
    clearInterval(this.#timer);
  }

  #tell(listener: Listener, { withTruth }: { withTruth: boolean }): void {
    for (const part of this.#partsFor(listener, withTruth)) {
      const text = JSON.stringify(part.news());
      if (listener.sent.get(part.name) === text) continue;
      listener.sent.set(part.name, text);
      listener.response.write(`data: ${text}\n\n`);
    }
  }

  #partsFor(listener: Listener, withTruth: boolean): readonly Part[] {
    const { playing } = this.#options.theatre;
    if (playing === null) return [this.#stories];
    const { isStale } = listener;
    listener.isStale = false;
    return [
      this.#stories,
      clockPart(playing),
      ...(isStale ? workspaceParts(playing, listener.userId) : []),
      ...(withTruth ? [truthPart(this.#bookOf(playing))] : []),
    ];
  }

  #bookOf(playing: Playing): TruthBook {
    if (this.#book?.playing !== playing) this.#book = { playing, book: new TruthBook(playing.stage) };
    return this.#book.book;
  }

  #leave(listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
