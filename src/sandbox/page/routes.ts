import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LiveStory } from '../live/story.ts';
import type { Playing, Theatre } from '../live/theatre.ts';
import type { Asset } from './assets.ts';
import type { Feeds } from './feed.ts';
import { perform } from './gestures.ts';
import { readLimited } from './limited-body.ts';
import { gestureSchema, readOrder, storyOrderSchema, timeOrderSchema } from './orders.ts';
import { PARTS } from './people.ts';
import type { GestureAnswer, Speed, TimeOrder } from './protocol.ts';

const MAX_BODY_BYTES = 256_000;

export interface PageParts {
  readonly theatre: Theatre;
  readonly stories: readonly LiveStory[];
  readonly feeds: Feeds;
  readonly assets: ReadonlyMap<string, Asset>;
  /** With which each story begins. */
  readonly speed: Speed;
}

interface Answer {
  readonly status: number;
  readonly body?: GestureAnswer;
}

const SETTING_UP = refusal(409, 'The story is being set up: try again in a moment.');

/** Answers a request for the page: its files, what it is told, and what it orders. */
export async function servePage(parts: PageParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const asset = parts.assets.get(pathname);
  if (isRead && asset !== undefined) return sendAsset(response, { asset, pathname });
  const as = searchParams.get('as') ?? '';
  const fileId = /^\/sandbox\/files\/([^/]+)$/.exec(pathname)?.[1];
  if (request.method === 'GET' && fileId !== undefined) return sendFile(parts, response, { fileId, as });
  if (request.method === 'GET' && pathname === '/sandbox/events') {
    const problem = strangerProblem(as);
    if (problem !== undefined) return send(response, refusal(400, problem));
    return parts.feeds.open(as, response);
  }
  const order = ORDERS.get(pathname);
  if (order === undefined) return send(response, refusal(404, 'There is nothing here. The page is at /.'));
  if (request.method !== 'POST') return send(response, refusal(405, 'Orders are posted.'));
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    return send(response, refusal(415, 'Orders are JSON: send content-type application/json.'));
  }
  const body = await readLimited(request, MAX_BODY_BYTES);
  if (body === null) {
    // The rest is not read, so the connection cannot go on.
    response.setHeader('connection', 'close');
    return send(response, refusal(413, `An order has at most ${MAX_BODY_BYTES / 1000} kB.`));
  }
  send(response, await order(parts, body));
}

const ORDERS: ReadonlyMap<string, (parts: PageParts, body: string) => Promise<Answer>> = new Map([
  ['/sandbox/gesture', takeGesture],
  ['/sandbox/time', takeTime],
  ['/sandbox/story', takeStory],
]);

async function takeGesture({ theatre }: PageParts, body: string): Promise<Answer> {
  const read = readOrder(gestureSchema, body);
  if ('problem' in read) return refusal(400, read.problem);
  const { order } = read;
  const problem = strangerProblem(order.as);
  if (problem !== undefined) return refusal(400, problem);
  const { playing } = theatre;
  if (playing === null) return SETTING_UP;
  const person = playing.stage.slack.person(order.as);
  return { status: 200, body: await playing.conductor.gesture(() => perform(person, order)) };
}

async function takeTime({ theatre }: PageParts, body: string): Promise<Answer> {
  const read = readOrder(timeOrderSchema, body);
  if ('problem' in read) return refusal(400, read.problem);
  const { playing } = theatre;
  if (playing === null) return SETTING_UP;
  const problem = obstacleOf(playing, read.order);
  if (problem !== undefined) return refusal(409, problem);
  if ('seek' in read.order) playing.conductor.seek();
  else playing.conductor.setSpeed(read.order.speed);
  return { status: 204 };
}

/** Why time cannot do that now. */
function obstacleOf({ conductor, stage }: Playing, order: TimeOrder): string | undefined {
  if (conductor.hasFailed) return 'The sandbox itself has failed: see its terminal, and choose a story to begin anew.';
  const isFast = 'seek' in order || order.speed > 1;
  if (conductor.hasEnded && isFast) return 'The story is over: it goes on in real time, or start another.';
  const [holder] = conductor.holders();
  if (holder === undefined || !('seek' in order)) return undefined;
  const name = stage.slack.workspace.user(holder)?.realName ?? holder;
  return `${name} has a dialog open: time goes on at 1x until it is closed.`;
}

async function takeStory({ theatre, stories, speed }: PageParts, body: string): Promise<Answer> {
  const read = readOrder(storyOrderSchema, body);
  if ('problem' in read) return refusal(400, read.problem);
  const story = stories.find(({ id }) => id === read.order.id);
  if (story === undefined) return refusal(400, `There is no story ${JSON.stringify(read.order.id)}.`);
  await theatre.open(story, speed);
  return { status: 204 };
}

function strangerProblem(id: string): string | undefined {
  if (PARTS.has(id)) return undefined;
  return `Nobody with the id ${JSON.stringify(id)} can be taken on: it is one of ${[...PARTS.keys()].join(', ')}.`;
}

function sendAsset(response: ServerResponse, { asset, pathname }: { asset: Asset; pathname: string }): void {
  // What is in assets/ has its content in its name.
  const cache = pathname.startsWith('/assets/') ? 'max-age=31536000, immutable' : 'no-cache';
  response.writeHead(200, { 'content-type': asset.type, 'content-length': asset.bytes.length, 'cache-control': cache });
  response.end(asset.bytes);
}

/** Only for who sees a channel that it was shared in. Its bytes came from outside: they run nothing here. */
function sendFile(
  { theatre }: PageParts,
  response: ServerResponse,
  { fileId, as }: { fileId: string; as: string },
): void {
  const slack = theatre.playing?.stage.slack;
  const file = slack?.workspace.files.get(fileId);
  const isSeen = file?.channels.some((id) => {
    const channel = slack?.workspace.channel(id);
    return PARTS.has(as) && channel !== undefined && slack?.person(as).sees(channel);
  });
  if (file?.bytes === undefined || isSeen !== true) {
    send(response, refusal(404, 'There is no such file.'));
    return;
  }
  response.writeHead(200, {
    'content-type': file.mimetype,
    'content-length': file.bytes.byteLength,
    'content-security-policy': "default-src 'none'; sandbox",
    'content-disposition': `inline; filename*=UTF-8''${encodeURIComponent(file.name)}`,
  });
  response.end(file.bytes);
}

function refusal(status: number, problem: string): Answer {
  return { status, body: { ok: false, problem } };
}

function send(response: ServerResponse, { status, body }: Answer): void {
  if (body === undefined) {
    response.writeHead(status).end();
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}
