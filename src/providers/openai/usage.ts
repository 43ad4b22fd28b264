import type OpenAI from 'openai';
import { mapInFlight } from '../../domain/in-flight.ts';
import { MINUTE_MS } from '../../domain/time.ts';
import {
  type Modality,
  NO_TOKENS,
  type ProviderUsage,
  type TokenCounts,
  totalTokens,
  USUAL_VARIANT,
  type UsageVariant,
} from '../../domain/usage.ts';
import type { Provider, UsageWindow } from '../../ports/provider.ts';
import { type Answer, callJson, signalOption } from '../lib/call.ts';
import { unlessClosed } from '../lib/feature.ts';
import { bucketWidthOf } from '../lib/usage-rows.ts';
import { UsageReader, type UsageReport } from '../lib/usage-stream.ts';
import { readBody } from '../lib/wire.ts';
import type { OpenaiReader } from './inventory.ts';
import { type UsageResult, usagePage } from './schema.ts';

type UsageApi = OpenAI['admin']['organization']['usage'];
type Options = Parameters<UsageApi['completions']>[1];

interface UsageQuery {
  start_time: number;
  end_time: number;
  bucket_width: '1m' | '1h' | '1d';
  limit: number;
  page?: string;
}

/** One usage endpoint; each answers for its own kind of call only, so a stolen key hides where we do not look. */
interface UsageEndpoint {
  readonly family: string;
  fetch(usage: UsageApi, query: UsageQuery, options: Options): Answer;
  /** What requests to a model are billed by where tokens do not tell. */
  readonly billed?: (row: UsageResult) => number | null;
  /** Where the endpoint counts something else than requests to a model. */
  readonly counted?: (row: UsageResult, widthMs: number) => number | null;
}

const GIGABYTE = 1_000_000_000;
const BY_PROJECT: 'project_id'[] = ['project_id'];
const BY_KEY: ('api_key_id' | 'project_id')[] = ['api_key_id', 'project_id'];
const BY_MODEL: ('api_key_id' | 'model' | 'project_id')[] = ['api_key_id', 'model', 'project_id'];

/** What every organization has; without it there is no usage to speak of. */
const COMPLETIONS: UsageEndpoint = {
  family: 'completions',
  fetch: (usage, query, options) =>
    usage.completions({ ...query, group_by: [...BY_MODEL, 'batch', 'service_tier'] }, options),
};

const OTHERS: readonly UsageEndpoint[] = [
  {
    family: 'embeddings',
    fetch: (usage, query, options) => usage.embeddings({ ...query, group_by: BY_MODEL }, options),
  },
  {
    family: 'images',
    fetch: (usage, query, options) => usage.images({ ...query, group_by: BY_MODEL }, options),
    billed: (row) => row.images,
  },
  {
    family: 'audio_speeches',
    fetch: (usage, query, options) => usage.audioSpeeches({ ...query, group_by: BY_MODEL }, options),
    billed: (row) => row.characters,
  },
  {
    family: 'audio_transcriptions',
    fetch: (usage, query, options) => usage.audioTranscriptions({ ...query, group_by: BY_MODEL }, options),
    billed: (row) => row.seconds,
  },
  {
    family: 'moderations',
    fetch: (usage, query, options) => usage.moderations({ ...query, group_by: BY_MODEL }, options),
  },
  {
    family: 'web_search_calls',
    fetch: (usage, query, options) => usage.webSearchCalls({ ...query, group_by: BY_MODEL }, options),
    counted: (row) => row.num_requests ?? row.num_model_requests,
  },
  {
    family: 'file_search_calls',
    fetch: (usage, query, options) => usage.fileSearchCalls({ ...query, group_by: BY_KEY }, options),
    counted: (row) => row.num_requests,
  },
  {
    family: 'code_interpreter_sessions',
    fetch: (usage, query, options) => usage.codeInterpreterSessions({ ...query, group_by: BY_PROJECT }, options),
    counted: (row) => row.num_sessions,
  },
  {
    family: 'vector_stores',
    fetch: (usage, query, options) => usage.vectorStores({ ...query, group_by: BY_PROJECT }, options),
    // A started gigabyte is the unit that is billed per day.
    // The report is of what lies there; gigabytes times minutes add up when buckets are folded.
    counted: (row, widthMs) => Math.ceil((row.usage_bytes ?? 0) / GIGABYTE) * (widthMs / MINUTE_MS),
  },
];
const ENDPOINTS: readonly UsageEndpoint[] = [COMPLETIONS, ...OTHERS];
// Their price lists name picture tokens apart.
const PICTURE_PRICED = /image|realtime/;

// What a request gets when it asks for nothing.
const DEFAULT_TIERS: ReadonlySet<string> = new Set(['default', 'standard', 'auto']);

/** The usage reports, whole or in parts. */
export function openaiUsage(reader: OpenaiReader): Required<Pick<Provider, 'readUsage' | 'streamUsage'>> {
  const readers = new Map(ENDPOINTS.map((endpoint) => [endpoint, new UsageReader()]));
  const readerOf = (endpoint: UsageEndpoint) => readers.get(endpoint) ?? new UsageReader();
  const readIn = (endpoints: readonly UsageEndpoint[], window: UsageWindow, signal: AbortSignal | undefined) =>
    mapInFlight(endpoints, (endpoint) =>
      readIfOpen(reader, endpoint, () => readerOf(endpoint).read(reportOf(reader, endpoint, signal), window)),
    );

  return {
    readUsage: async (window, signal) => (await readIn(ENDPOINTS, window, signal)).flat(),
    /** The one endpoint that can be huge comes in parts; what the others said of the same time goes with it. */
    async *streamUsage(window, signal) {
      const others = (await readIn(OTHERS, window, signal)).flat();
      const parts = readerOf(COMPLETIONS).stream(reportOf(reader, COMPLETIONS, signal), window);
      for await (const { from, to, usage } of parts) {
        const beside = others.filter(({ startAt }) => startAt >= from && startAt < to);
        yield { from, to, usage: beside.length === 0 ? usage : [...usage, ...beside] };
      }
    },
  };
}

// An endpoint that this organization does not have must not blind the others; an outage still fails the window.
async function readIfOpen(
  { link }: OpenaiReader,
  endpoint: UsageEndpoint,
  read: () => Promise<ProviderUsage[]>,
): Promise<ProviderUsage[]> {
  if (endpoint === COMPLETIONS) return read();
  const rows = await unlessClosed(read);
  if (rows !== undefined) return rows;
  link.logger.debug('a usage endpoint is not open to this key', {
    connectionId: link.connectionId,
    endpoint: endpoint.family,
  });
  return [];
}

function reportOf(
  { client, link }: OpenaiReader,
  endpoint: UsageEndpoint,
  signal: AbortSignal | undefined,
): UsageReport {
  const { family, fetch } = endpoint;
  const call = { operation: `read ${family} usage`, kind: 'read', signal } as const;
  return {
    link,
    call,
    pages: (window, limit) => async (page) => {
      const query = { ...queryFor(window, limit), ...(page === undefined ? {} : { page }) };
      const body = await callJson(link, call, () =>
        fetch(client.admin.organization.usage, query, signalOption(signal)),
      );
      const answer = readBody(usagePage, body, `${family} usage`);
      const items = answer.data.map(({ start_time: startAt, results }) => ({
        startAt,
        rows: results.flatMap((row) => toUsage(row, endpoint, { startAt, widthMs: window.widthMs })),
      }));
      return { items, hasMore: answer.has_more ?? answer.next_page !== null, cursor: answer.next_page };
    },
  };
}

function queryFor(window: UsageWindow, limit: number): UsageQuery {
  return {
    start_time: window.from / 1000,
    end_time: window.to / 1000,
    bucket_width: bucketWidthOf(window).name,
    limit,
  };
}

/** One row, and one more for each kind of token that is not text. */
function toUsage(
  row: UsageResult,
  endpoint: UsageEndpoint,
  bucket: { readonly startAt: number; readonly widthMs: number },
): ProviderUsage[] {
  const { counted } = endpoint;
  const { text, others } = splitTokens(row);
  const whole: ProviderUsage = {
    providerKeyId: row.api_key_id,
    scopeId: row.project_id,
    // A tool is not a model: where no model is named there is none.
    model: row.model ?? (counted === undefined ? 'unknown' : ''),
    variant: variantOf(row),
    ...bucket,
    ...countOf(row, endpoint, bucket.widthMs),
    tokens: text,
  };
  const parts = others.map(({ modality, tokens }) => ({
    ...whole,
    variant: { ...whole.variant, modality },
    tokens,
    requests: null,
  }));
  return [whole, ...parts];
}

function countOf(row: UsageResult, { family, counted, billed }: UsageEndpoint, widthMs: number) {
  if (counted !== undefined) return { endpoint: family, requests: counted(row, widthMs) };
  const requests = row.num_model_requests;
  if (billed === undefined) return { endpoint: family, requests };
  const units = billed(row) ?? 0;
  // Requests are no pictures: without the count that is billed they have no price, and people are told.
  return units > 0 || !requests ? { endpoint: family, requests: units } : { endpoint: `${family}_uncounted`, requests };
}

/** OpenAI's input is the total: what was read from or written to the cache is part of it and is taken out here. */
function tokensOf(row: UsageResult): TokenCounts {
  const total = row.input_tokens ?? row.input_uncached_tokens + row.input_cached_tokens + row.input_cache_write_tokens;
  const cachedInput = Math.min(row.input_cached_tokens, total);
  const cacheWrite = Math.min(row.input_cache_write_tokens, total - cachedInput);
  return {
    uncachedInput: total - cachedInput - cacheWrite,
    cachedInput,
    cacheWrite5m: cacheWrite,
    cacheWrite1h: 0,
    output: row.output_tokens,
  };
}

interface SplitTokens {
  readonly text: TokenCounts;
  readonly others: readonly { readonly modality: Modality; readonly tokens: TokenCounts }[];
}

/** Takes out tokens of sound, and of pictures in models that have a price for them; elsewhere these cost what text does. */
function splitTokens(row: UsageResult): SplitTokens {
  const sounds = row.input_audio_tokens + row.input_cached_audio_tokens + row.output_audio_tokens;
  const images = row.input_image_tokens + row.input_cached_image_tokens + row.output_image_tokens;
  if (sounds + images === 0) return { text: tokensOf(row), others: [] };
  const sound = {
    ...NO_TOKENS,
    uncachedInput: row.input_audio_tokens,
    cachedInput: row.input_cached_audio_tokens,
    output: row.output_audio_tokens,
  };
  const pictures = {
    ...NO_TOKENS,
    uncachedInput: row.input_image_tokens,
    cachedInput: row.input_cached_image_tokens,
    output: row.output_image_tokens,
  };
  const parts = [
    { modality: 'audio' as const, tokens: sound },
    { modality: 'image' as const, tokens: PICTURE_PRICED.test(row.model ?? '') ? pictures : NO_TOKENS },
  ];
  return parts.reduce<SplitTokens>(
    ({ text, others }, part) =>
      totalTokens(part.tokens) > 0 && fitsIn(part.tokens, text)
        ? { text: without(text, part.tokens), others: [...others, part] }
        : { text, others },
    { text: tokensOf(row), others: [] },
  );
}

/** A part that is larger than the whole would invent tokens; it counts as text then. */
function fitsIn(part: TokenCounts, whole: TokenCounts): boolean {
  return (
    part.uncachedInput <= whole.uncachedInput && part.cachedInput <= whole.cachedInput && part.output <= whole.output
  );
}

function without(whole: TokenCounts, part: TokenCounts): TokenCounts {
  return {
    ...whole,
    uncachedInput: whole.uncachedInput - part.uncachedInput,
    cachedInput: whole.cachedInput - part.cachedInput,
    output: whole.output - part.output,
  };
}

function variantOf(row: UsageResult): UsageVariant {
  if (row.batch !== true && (row.service_tier === null || DEFAULT_TIERS.has(row.service_tier))) return USUAL_VARIANT;
  return {
    ...(row.batch === true ? { batch: true } : {}),
    ...(row.service_tier === null || DEFAULT_TIERS.has(row.service_tier) ? {} : { tier: row.service_tier }),
  };
}
