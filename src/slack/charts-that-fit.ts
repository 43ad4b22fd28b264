import type { KnownBlock } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import { toError } from '../domain/errors.ts';
import type { Deps } from '../services/deps.ts';
import { wait } from './bolt-app.ts';
import type { OutboxMemory } from './outbox-memory.ts';
import type { Draft } from './outbox-renderer.ts';
import { slackCode } from './slack-error.ts';
import { type Chart, chartText, withPicture } from './views/chart.ts';

// What Slack says of blocks that this workspace, or this form of Slack, does not take.
const REFUSALS: ReadonlySet<string> = new Set(['invalid_blocks', 'invalid_blocks_format', 'unsupported_block_type']);
const PROCESSING_TRIES = 10;
const PROCESSING_MS = 500;
const ALT_MAX = 2_000;

interface ChartContext {
  readonly deps: Pick<Deps, 'logger'>;
  readonly bulk: WebClient;
  readonly memory: Pick<OutboxMemory, 'takesCharts'>;
}

type Fitting = Pick<Draft, 'blocks'>;

/**
 * Sends a message with Slack's own charts; where they are refused, with a picture of them, and where that fails too,
 * without: a bad chart makes Slack refuse the whole message, and its numbers are in the text.
 */
export async function withFittingCharts<Answer>(
  context: ChartContext,
  draft: Draft,
  send: (fitting: Fitting) => Promise<Answer>,
): Promise<Answer> {
  const { charts = [], blocks } = draft;
  if (charts.length === 0) return send({ blocks });
  if (context.memory.takesCharts) {
    try {
      return await send({ blocks });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      context.deps.logger.info('Slack takes no charts here: a picture is sent instead', { error: toError(error) });
    }
  }
  const answer = await sendPicture(context, { charts, blocks }, send);
  context.memory.takesCharts = false;
  return answer;
}

async function sendPicture<Answer>(
  context: ChartContext,
  { charts, blocks }: Fitting & { readonly charts: readonly Chart[] },
  send: (fitting: Fitting) => Promise<Answer>,
): Promise<Answer> {
  const picture = await pictureOf(context, charts);
  if (picture !== null) {
    try {
      return await send({ blocks: withPicture(blocks, picture) });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      context.deps.logger.warn('Slack does not take the picture of a chart', { error: toError(error) });
    }
  }
  return send({ blocks: withPicture(blocks, null) });
}

/** Uploaded for this message alone; null where it cannot be made or uploaded. */
async function pictureOf({ deps, bulk }: ChartContext, charts: readonly Chart[]): Promise<KnownBlock | null> {
  try {
    // Loaded when it is needed: most workspaces draw charts themselves.
    const { drawCharts } = await import('./draw-charts.ts');
    const file = Buffer.from(await drawCharts(charts));
    const title = charts.map((chart) => chart.title).join(' and ');
    const uploaded = await bulk.files.uploadV2({ file, filename: 'digest.png', title });
    const id = fileIdIn(uploaded);
    if (id === undefined || !(await isProcessed(bulk, id))) return null;
    const alt = charts.map(chartText).join('. ').slice(0, ALT_MAX);
    return { type: 'image', slack_file: { id }, alt_text: alt };
  } catch (error) {
    deps.logger.warn('the picture of a chart was not made', { error: toError(error) });
    return null;
  }
}

/** The answer nests what the upload brought: `files[0].files[0].id`. */
function fileIdIn(uploaded: object): string | undefined {
  const groups = Reflect.get(uploaded, 'files') as readonly { files?: readonly { id?: string }[] }[] | undefined;
  return groups?.[0]?.files?.[0]?.id;
}

/** Slack refuses a message with a file that it is still looking at. */
async function isProcessed(bulk: WebClient, file: string): Promise<boolean> {
  for (let tries = 0; tries < PROCESSING_TRIES; tries += 1) {
    const { file: info } = await bulk.files.info({ file });
    if (info?.mimetype) return true;
    await wait(PROCESSING_MS);
  }
  return false;
}

function isRefusal(error: unknown): boolean {
  return REFUSALS.has(slackCode(error) ?? '');
}
