import type { PriceSource, ProviderUsage } from '../../domain/usage.ts';

/** What is billed where tokens do not tell: the name of one unit, and how many of the row's count make one. */
interface Unit {
  readonly name: string;
  readonly size: number;
}

const REQUEST: Unit = { name: 'request', size: 1 };
const UNITS: ReadonlyMap<string, Unit> = new Map([
  ['images', { name: 'picture', size: 1 }],
  ['audio_speeches', { name: 'million characters', size: 1_000_000 }],
  ['audio_transcriptions', { name: 'minute', size: 60 }],
  // Counted in gigabytes times minutes.
  ['vector_stores', { name: 'gigabyte and day', size: 24 * 60 }],
]);

/** The price of one unit of an endpoint. */
export interface UnitPrice {
  readonly providerId: string;
  readonly endpoint: string;
  readonly microUsd: number;
  /** Models that the price is meant for; all without it. */
  readonly models?: RegExp;
  /** `rough`: it may be too high or too low, since the usage does not say which kind it was; `sibling`: unknown model. */
  readonly source: Extract<PriceSource, 'listed' | 'rough' | 'sibling'>;
  readonly pricedAs: string;
}

// Read in November 2026. "List" is the bundled price list; a test compares. "Repeated" is OpenAI's API pricing page as third parties
// repeat it, never read at its own address. Where kinds differ and the usage does not tell which, the dearest stands here. First row that fits.
const UNIT_PRICES: readonly UnitPrice[] = [
  // $10 per 1,000 searches on every model that has them (list, `web_searches_kcount`).
  { providerId: 'anthropic', endpoint: 'web_search', microUsd: 10_000, source: 'listed', pricedAs: 'web search' },
  // $10 per 1,000 calls on reasoning models, of either search tool (repeated, March 2026).
  openai('web_search_calls', /^(gpt-[5-9]|o\d)/, { microUsd: 10_000, pricedAs: 'web search' }),
  // $25 per 1,000 calls of the older tool on other models, $10 of the newer one (repeated, March 2026).
  openai('web_search_calls', null, { microUsd: 25_000, pricedAs: 'web search preview' }),
  // $2.50 per 1,000 calls (repeated, 2025).
  openai('file_search_calls', null, { microUsd: 2_500, pricedAs: 'file search' }),
  // $0.03 per session of the usual size, 1 GB; larger ones cost more (repeated, 2025).
  openai('code_interpreter_sessions', null, { microUsd: 30_000, pricedAs: 'code interpreter 1 GB' }),
  // $0.10 per GB and day; the first GB of an organization is free, which no row can know (repeated, 2025).
  openai('vector_stores', null, { microUsd: 100_000, pricedAs: 'vector store' }),

  // Pictures, largest size at high quality: $0.02, $0.12, $0.25, $0.052 and $0.20 (repeated, 2023 to January 2026).
  openai('images', /^dall-e-2$/, { microUsd: 20_000, pricedAs: 'dall-e-2 1024x1024' }),
  openai('images', /^dall-e-3$/, { microUsd: 120_000, pricedAs: 'dall-e-3 hd 1024x1792' }),
  openai('images', /^gpt-image-1-mini/, { microUsd: 52_000, pricedAs: 'gpt-image-1-mini high' }),
  openai('images', /^gpt-image-1\.5/, { microUsd: 200_000, pricedAs: 'gpt-image-1.5 high' }),
  openai('images', /^gpt-image-1(-\d|$)/, { microUsd: 250_000, pricedAs: 'gpt-image-1 high' }),
  // 12,329 tokens at 3584x2048 in OpenAI's calculator (repeated, April 2026), so 14,000 at 3840x2160, at $30 per million (list).
  openai('images', /^gpt-image-2(-\d|$)/, { microUsd: 420_000, pricedAs: 'gpt-image-2 4K' }),
  openai('images', null, { microUsd: 420_000, pricedAs: 'gpt-image-2 4K', source: 'sibling' }),

  // Speech: $15 and $30 per million characters (repeated, 2023). The mini model is billed by audio tokens, about $0.015 a
  // minute: $30 at 500 characters a minute, slower than anybody speaks.
  openai('audio_speeches', /^tts-1(-\d|$)/, { microUsd: 15_000_000, pricedAs: 'tts-1', source: 'listed' }),
  openai('audio_speeches', /^tts-1-hd/, { microUsd: 30_000_000, pricedAs: 'tts-1-hd', source: 'listed' }),
  openai('audio_speeches', /^gpt-4o-mini-tts/, { microUsd: 30_000_000, pricedAs: 'tts-1-hd' }),
  openai('audio_speeches', null, { microUsd: 30_000_000, pricedAs: 'tts-1-hd', source: 'sibling' }),

  // Transcription by the minute: $0.36 and $0.27 an hour (list); the 4o models are billed by tokens, about $0.006 and $0.003
  // a minute (repeated, 2025).
  openai('audio_transcriptions', /^whisper-1$/, { microUsd: 6_000, pricedAs: 'whisper-1', source: 'listed' }),
  openai('audio_transcriptions', /^gpt-transcribe/, { microUsd: 4_500, pricedAs: 'gpt-transcribe', source: 'listed' }),
  openai('audio_transcriptions', /^gpt-4o-mini-transcribe/, { microUsd: 3_000, pricedAs: 'gpt-4o-mini-transcribe' }),
  openai('audio_transcriptions', /^gpt-4o-transcribe/, { microUsd: 6_000, pricedAs: 'gpt-4o-transcribe' }),
  openai('audio_transcriptions', null, { microUsd: 6_000, pricedAs: 'whisper-1', source: 'sibling' }),
];

type Told = Pick<UnitPrice, 'microUsd' | 'pricedAs'> & { readonly source?: UnitPrice['source'] };

function openai(endpoint: string, models: RegExp | null, { source = 'rough', ...told }: Told): UnitPrice {
  return { providerId: 'openai', endpoint, source, ...told, ...(models === null ? {} : { models }) };
}

/** Undefined where we know no such price. */
export function findUnitPrice(providerId: string, { endpoint, model }: ProviderUsage): UnitPrice | undefined {
  return UNIT_PRICES.find(
    (each) =>
      each.providerId === providerId &&
      each.endpoint === endpoint &&
      (each.models === undefined || each.models.test(model)),
  );
}

/** How many priced units a row stands for; null where its endpoint counts nothing. */
export function unitsOf({ endpoint, requests }: ProviderUsage): number | null {
  const { size } = UNITS.get(endpoint) ?? REQUEST;
  if (requests === null) return null;
  return requests / size;
}
