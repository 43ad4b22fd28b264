import { AppError } from '../../domain/errors.ts';
import type { Logger } from '../../ports/logger.ts';
import { systemClock } from '../../system/clock.ts';
import { findStory, stories } from '../live/stories.ts';
import type { LiveStory } from '../live/story.ts';
import { Theatre } from '../live/theatre.ts';
import { readAssets } from './assets.ts';
import { type BuildOptions, buildPage } from './build-page.ts';
import { Feeds } from './feed.ts';
import type { Speed } from './protocol.ts';
import { servePage } from './routes.ts';
import { PageServer } from './server.ts';

export interface PageOptions {
  /** Where the page is served; `orFree` takes another one when it is taken. */
  readonly port: { readonly number: number; readonly orFree: boolean };
  readonly storyId?: string | undefined;
  readonly speed?: Speed | undefined;
  readonly logger: (story: LiveStory) => Logger;
  readonly onFault: (error: unknown) => void;
  readonly build?: BuildOptions;
}

export interface OpenPage {
  readonly port: number;
  readonly story: LiveStory;
  close(): Promise<void>;
}

/** A minute of simulated time each second: half an hour before anything happens is half a minute. */
const DEFAULT_SPEED = 60;

/** The sandbox in the browser: builds the page, serves it, and lets the first story begin. */
export async function openPage(options: PageOptions): Promise<OpenPage> {
  const story = storyOf(options.storyId);
  const { speed = DEFAULT_SPEED } = options;
  const wallNow = () => systemClock.now();
  const server = new PageServer(options.onFault);
  await listen(server, options.port);
  const { logger, onFault } = options;
  const theatre = new Theatre({ host: server, logger, wallNow, onFault, isWatched: () => feeds.count > 0 });
  const feeds: Feeds = new Feeds({ theatre, stories, wallNow });
  const close = async (): Promise<void> => {
    feeds.close();
    await theatre.close();
    await server.close();
  };
  try {
    const assets = await readAssets(await buildPage(options.build));
    server.setPage((request, response) => servePage({ theatre, stories, feeds, assets, speed }, request, response));
    await theatre.open(story, speed);
  } catch (error) {
    await close();
    throw error;
  }
  return { port: server.port, story, close };
}

function storyOf(id: string | undefined): LiveStory {
  const story = id === undefined ? stories[0] : findStory(id);
  if (story !== undefined) return story;
  const known = stories.map((one) => one.id).join(', ');
  const publicMessage = `There is no story ${JSON.stringify(id)}. Known: ${known}.`;
  throw new AppError({ code: 'invalid_input', message: `no story ${id}`, publicMessage });
}

async function listen(server: PageServer, { number, orFree }: PageOptions['port']): Promise<void> {
  try {
    await server.listen(number);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'EADDRINUSE' && orFree) return server.listen(0);
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw cause;
    const publicMessage = `Port ${number} is ${code === 'EACCES' ? 'not allowed' : 'taken'}. Choose another: keysteward sandbox page --port ${number + 1}, or --port 0 for any.`;
    throw new AppError({ code: 'not_supported', message: `cannot listen on ${number}`, publicMessage, cause });
  }
}
