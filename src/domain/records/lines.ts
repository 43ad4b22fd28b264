import { z } from 'zod';
import type { TokenCounts } from '../usage.ts';
import {
  amount,
  amountOrNull,
  costOrNull,
  type Field,
  instant,
  name,
  type RawLine,
  remark,
  statusCode,
  width,
} from './fields.ts';

/** A usage bucket as a file tells it. */
export interface UsageLine {
  readonly kind: 'usage';
  /** As written: it may be a whole key. */
  readonly key: string;
  readonly startAt: number;
  readonly widthMs: number;
  readonly model: string;
  readonly endpoint: string;
  /** Null: not told. */
  readonly requests: number | null;
  readonly tokens: TokenCounts;
  /** Null: to be priced. */
  readonly costMicroUsd: number | null;
}

/** A request as a gateway, an egress log or an export tells it. */
export interface RequestLine {
  readonly kind: 'requests';
  readonly key: string;
  readonly at: number;
  readonly model: string;
  readonly endpoint: string;
  readonly tokens: TokenCounts;
  readonly sourceIp: string | null;
  readonly userAgent: string | null;
  readonly statusCode: number;
  readonly costMicroUsd: number | null;
}

export type FileKind = (UsageLine | RequestLine)['kind'];

export type ReadLine<Line> = { readonly ok: true; readonly line: Line } | { readonly ok: false; readonly why: string };

/** Names that mean the key, the first that is filled counts. */
const KEY_NAMES = ['key', 'api_key', 'api_key_prefix'] as const;
const keyFields = { key: name, api_key: name, api_key_prefix: name };

const usageFields = {
  ...keyFields,
  start: instant,
  width_seconds: width,
  model: name,
  endpoint: name,
  requests: amountOrNull,
  input_tokens: amount,
  cached_input_tokens: amount,
  output_tokens: amount,
  cost_usd: costOrNull,
};

const requestFields = {
  ...keyFields,
  timestamp: instant,
  model: name,
  input_tokens: amount,
  output_tokens: amount,
  endpoint: name,
  source_ip: name,
  user_agent: remark,
  status_code: statusCode,
  cost_usd: costOrNull,
};

/** One usage bucket: the columns of the file. */
const usageShape = shapeOf(usageFields);

/** One request: the columns of the file. */
const requestShape = shapeOf(requestFields);

export const COLUMNS: Readonly<Record<FileKind, readonly string[]>> = {
  usage: Object.keys(usageFields),
  requests: Object.keys(requestFields),
};

/** What a file with these columns holds; a sentence where it is neither. */
export function kindOfColumns(columns: ReadonlySet<string>): FileKind | { readonly why: string } {
  const kind = columns.has('start') ? 'usage' : columns.has('timestamp') ? 'requests' : null;
  const hasKey = KEY_NAMES.some((each) => columns.has(each));
  const missing = [
    ...(hasKey ? [] : ['key']),
    ...(kind === null ? ['start (usage buckets) or timestamp (requests)'] : []),
    ...(kind === 'usage' && !columns.has('width_seconds') ? ['width_seconds'] : []),
  ];
  return kind === null || missing.length > 0 ? { why: `it has no column ${missing.join(', nor ')}` } : kind;
}

/** The raw line has a field for each of its columns. */
export function readUsageLine(raw: RawLine): ReadLine<UsageLine> {
  const data = valuesOf(usageFields, raw);
  if (data === null) return faultOf(usageShape, raw);
  const key = keyOf(data);
  if (key === '') return NO_KEY;
  const { start: startAt, width_seconds: widthMs, model, endpoint, requests, cost_usd } = data;
  const tokens = tokensOf(data.input_tokens, data.cached_input_tokens, data.output_tokens);
  // A price that was missing is often written as 0; where there are no tokens pricing finds 0 as well.
  const costMicroUsd = cost_usd === 0 && hasTokens(tokens) ? null : cost_usd;
  return { ok: true, line: { kind: 'usage', key, startAt, widthMs, model, endpoint, requests, tokens, costMicroUsd } };
}

/** The raw line has a field for each of its columns. */
export function readRequestLine(raw: RawLine): ReadLine<RequestLine> {
  const data = valuesOf(requestFields, raw);
  if (data === null) return faultOf(requestShape, raw);
  const key = keyOf(data);
  if (key === '') return NO_KEY;
  const line: RequestLine = {
    kind: 'requests',
    key,
    at: data.timestamp,
    model: data.model,
    endpoint: data.endpoint,
    tokens: tokensOf(data.input_tokens, 0, data.output_tokens),
    sourceIp: data.source_ip || null,
    userAgent: data.user_agent,
    statusCode: data.status_code,
    costMicroUsd: data.cost_usd || null,
  };
  return { ok: true, line };
}

const NO_KEY = { ok: false, why: 'key is empty' } as const;

function keyOf(data: Readonly<Record<(typeof KEY_NAMES)[number], string>>): string {
  return data.key || data.api_key || data.api_key_prefix;
}

/** Input is all input, cached or not; where more is cached than there is input, the two were counted apart. */
function tokensOf(input: number, cached: number, output: number): TokenCounts {
  const uncachedInput = cached > input ? input : input - cached;
  return { uncachedInput, cachedInput: cached, cacheWrite5m: 0, cacheWrite1h: 0, output };
}

function hasTokens({ uncachedInput, cachedInput, output }: TokenCounts): boolean {
  return uncachedInput + cachedInput + output > 0;
}

type Fields = Readonly<Record<string, Field<unknown>>>;
type Values<Each extends Fields> = { [Name in keyof Each]: Each[Name] extends Field<infer Value> ? Value : never };

function shapeOf<Each extends Fields>(fields: Each): z.ZodType<Values<Each>> {
  const shapes = Object.fromEntries(Object.entries(fields).map(([column, { shape }]) => [column, shape]));
  return z.object(shapes) as unknown as z.ZodType<Values<Each>>;
}

/** Null where one is at fault. Most lines are good, and there are millions: three times as quick as the shape. */
function valuesOf<Each extends Fields>(fields: Each, raw: RawLine): Values<Each> | null {
  const values: Record<string, unknown> = {};
  for (const column in fields) {
    const value = fields[column]?.read(raw[column]);
    if (value === undefined) return null;
    values[column] = value;
  }
  return values as Values<Each>;
}

function faultOf(shape: z.ZodType, raw: RawLine): { readonly ok: false; readonly why: string } {
  const issue = shape.safeParse(raw).error?.issues[0];
  return { ok: false, why: `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim() };
}
