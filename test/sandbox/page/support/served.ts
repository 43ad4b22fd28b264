import { request as httpRequest } from 'node:http';
import { stories } from '../../../../src/sandbox/live/stories.ts';
import { type Playing, Theatre } from '../../../../src/sandbox/live/theatre.ts';
import { Feeds } from '../../../../src/sandbox/page/feed.ts';
import type { GestureAnswer, SectionNews, Sections } from '../../../../src/sandbox/page/protocol.ts';
import { servePage } from '../../../../src/sandbox/page/routes.ts';
import { PageServer } from '../../../../src/sandbox/page/server.ts';
import { systemClock } from '../../../../src/system/clock.ts';
import { recordingLogger } from '../../../providers/support/recording-logger.ts';
import { present } from '../../../support/bench-deps.ts';

/** The page's server with the leak on its stage; time moves only when the test beats it. */
export class ServedPage {
  readonly server: PageServer;
  readonly theatre: Theatre;
  readonly feeds: Feeds;
  readonly faults: unknown[] = [];
  readonly wall = { now: 5_000_000 };

  constructor() {
    this.server = new PageServer((error) => this.faults.push(error));
    const logger = recordingLogger();
    this.theatre = new Theatre({
      host: this.server,
      logger: () => logger,
      onFault: (error) => this.faults.push(error),
      wallNow: () => this.wall.now,
      isWatched: () => true,
      isDriven: false,
    });
    this.feeds = new Feeds({ theatre: this.theatre, stories, wallNow: () => systemClock.now() });
  }

  async start(storyId?: string): Promise<void> {
    await this.server.listen(0);
    const { theatre, feeds } = this;
    const bytes = Buffer.from('<!doctype html><title>page</title>');
    const script = Buffer.from('export {};');
    const assets = new Map([
      ['/', { bytes, type: 'text/html; charset=utf-8' }],
      ['/assets/main-abc.js', { bytes: script, type: 'text/javascript; charset=utf-8' }],
    ]);
    const parts = { theatre, stories, feeds, assets, speed: 60 as const };
    this.server.setPage((request, response) => servePage(parts, request, response));
    const story = stories.find(({ id }) => id === storyId);
    if (story !== undefined) await theatre.open(story, 60);
  }

  get playing(): Playing {
    return present(this.theatre.playing);
  }

  /** Plays so many milliseconds of wall time. */
  async beat(ms: number): Promise<void> {
    this.wall.now += ms;
    await this.playing.conductor.beat();
  }

  async close(): Promise<void> {
    this.feeds.close();
    await this.theatre.close();
    await this.server.close();
  }

  async post(path: string, body: unknown): Promise<Reply> {
    return this.send({ path, method: 'POST', body: JSON.stringify(body) });
  }

  async gesture(gesture: object): Promise<GestureAnswer> {
    const { status, body } = await this.post('/sandbox/gesture', gesture);
    if (status !== 200) throw new Error(`${status}: ${body}`);
    return JSON.parse(body) as GestureAnswer;
  }

  /** A raw request, with whatever headers. */
  send({ path, method = 'GET', headers = {}, body }: RawRequest): Promise<Reply> {
    const { port } = this.server;
    const own = { host: `localhost:${port}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    return new Promise((resolve, reject) => {
      const options = { port, host: '127.0.0.1', path, method, headers: { ...own, ...headers }, agent: false };
      const request = httpRequest(options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
        });
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  /** The page as this person has it open. */
  async watch(userId: string): Promise<Watcher> {
    const response = await fetch(`http://127.0.0.1:${this.server.port}/sandbox/events?as=${userId}`);
    if (response.body === null) throw new Error('no events');
    return new Watcher(response.body);
  }
}

export interface Reply {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

interface RawRequest {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Reads the events of one page and keeps what they add up to, as the page does. */
export class Watcher {
  /** Everything that came, oldest first. */
  readonly news: SectionNews[] = [];
  readonly shown: Partial<Sections> = {};
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest = '';

  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
  }

  /** Reads on until this is so. */
  async until(isSo: (shown: Partial<Sections>) => boolean): Promise<Partial<Sections>> {
    const decoder = new TextDecoder();
    while (!isSo(this.shown)) {
      const { value, done } = await this.#reader.read();
      if (done) throw new Error('the events ended');
      const parts = (this.#rest + decoder.decode(value, { stream: true })).split('\n\n');
      this.#rest = parts.pop() ?? '';
      for (const part of parts) if (part.startsWith('data: ')) this.#take(JSON.parse(part.slice(6)) as SectionNews);
    }
    return this.shown;
  }

  async close(): Promise<void> {
    await this.#reader.cancel();
  }

  #take(news: SectionNews): void {
    this.news.push(news);
    const value = news.section === 'messages' ? { ...this.shown.messages, ...news.value } : news.value;
    Object.assign(this.shown, { [news.section]: value });
  }
}
