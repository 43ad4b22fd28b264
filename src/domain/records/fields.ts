import { z } from 'zod';
import { microUsdFromUsd } from '../money.ts';
import { scrubSecrets } from '../secret.ts';
import { DAY_MS, SECOND_MS } from '../time.ts';

// No such key existed before, and no file tells of what comes after.
const OLDEST_AT = Date.UTC(2015, 0, 1);
const NEWEST_AT = Date.UTC(2100, 0, 1);
const WIDEST_MS = 31 * DAY_MS;
const MOST_TOKENS = 1e15;
const MOST_USD = 1e9;
const NAME_MAX = 256;
const SHOWN_MAX = 40;

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|UTC|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)?)?$/i;
const DECIMAL = /^[+]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?$/i;

/** CSV gives text, JSON gives what it likes. An empty field is one that is not there. */
export type RawLine = Readonly<Record<string, unknown>>;

export const instant = field('a time such as 2026-03-01T12:00:00Z or epoch seconds', readInstant);
export const width = field('a width from 1 second to 31 days', readWidth);
/** Tokens or requests; what is not there is 0. Halves are fine: a bucket may have been split. */
export const amount = field('a number from 0', (value) => (isEmpty(value) ? 0 : readAmount(value, MOST_TOKENS)));
/** Null where it is not told. */
export const amountOrNull = field('a number from 0', (value) =>
  isEmpty(value) ? null : readAmount(value, MOST_TOKENS),
);
/** US dollars, here in micro-USD; null where it is not told. */
export const costOrNull = field('an amount in US dollars', (value) => {
  const usd = isEmpty(value) ? null : readAmount(value, MOST_USD);
  return usd === null || usd === undefined ? usd : microUsdFromUsd(usd);
});
export const statusCode = field('a status code', (value) => (isEmpty(value) ? 200 : readStatus(value)));
/** The empty text where it is not told. */
export const name = field(`a text of at most ${NAME_MAX} characters`, readName);
/** Of no consequence when it is too long. */
export const remark = field('a text', (value) => (typeof value === 'string' ? value.slice(0, NAME_MAX) || null : null));

export interface Field<Value> {
  /** Undefined is a fault. */
  readonly read: (value: unknown) => Value | undefined;
  /** Tells the fault with what was found. */
  readonly shape: z.ZodType<Value>;
}

function field<Value>(wanted: string, read: (value: unknown) => Value | undefined): Field<Value> {
  const shape = z.unknown().transform((value, context): Value => {
    const result = read(value);
    if (result !== undefined) return result;
    context.addIssue({ code: 'custom', message: `is not ${wanted}: ${shown(value)}` });
    return z.NEVER;
  });
  return { read, shape };
}

/** One line of the file, so it is cut and cleaned before a person sees it. */
function shown(value: unknown): string {
  if (isEmpty(value)) return 'nothing';
  const text = scrubSecrets(typeof value === 'string' ? value : (JSON.stringify(value) ?? typeof value));
  return JSON.stringify(text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text);
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (typeof value === 'string' && value.trim() === '');
}

function readAmount(value: unknown, most: number): number | undefined {
  const number = readNumber(value);
  return number !== undefined && number >= 0 && number <= most ? number : undefined;
}

function readNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  return DECIMAL.test(text) ? Number(text) : undefined;
}

/** ISO 8601, in UTC where it names no zone, or epoch seconds; 13 digits can only be epoch milliseconds. */
function readInstant(value: unknown): number | undefined {
  const at = typeof value === 'string' && value.includes('-') ? readIso(value.trim()) : readEpoch(value);
  return at !== undefined && at >= OLDEST_AT && at < NEWEST_AT ? at : undefined;
}

function readEpoch(value: unknown): number | undefined {
  const number = readNumber(value);
  if (number === undefined) return undefined;
  return Math.floor(number >= OLDEST_AT ? number : number * SECOND_MS);
}

// How most exports write it, and twice as quick to read.
const PLAIN_ISO_LENGTH = '2026-03-01T12:00:00.000Z'.length;

/** By hand: engines read a time without a zone as their own zone's, and take the 30th of February for March. */
function readIso(text: string): number | undefined {
  if (text.length === PLAIN_ISO_LENGTH && text.endsWith('Z')) {
    const at = Date.parse(text);
    if (new Date(at).getUTCDate() === Number(text.slice(8, 10))) return at;
  }
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = ISO.exec(text) ?? [];
  if (year === undefined) return undefined;
  const at = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const date = new Date(at);
  const isReal = date.getUTCDate() === Number(day) && date.getUTCHours() === Number(hour) && Number(minute) < 60;
  if (!isReal || Number(month) > 12 || Number(second) > 59) return undefined;
  return at + Math.floor(Number(`0.${fraction}0`) * SECOND_MS) - offsetOf(zone);
}

function offsetOf(zone: string): number {
  const [, sign, hours, minutes = '0'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone) ?? [];
  if (sign === undefined) return 0;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60 * SECOND_MS;
}

function readWidth(value: unknown): number | undefined {
  const seconds = readNumber(value);
  if (seconds === undefined) return undefined;
  const widthMs = Math.round(seconds) * SECOND_MS;
  return widthMs >= SECOND_MS && widthMs <= WIDEST_MS ? widthMs : undefined;
}

function readStatus(value: unknown): number | undefined {
  const number = readNumber(value);
  return number !== undefined && Number.isInteger(number) && number >= 0 && number <= 999 ? number : undefined;
}

function readName(value: unknown): string | undefined {
  if (isEmpty(value)) return '';
  const text = typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : undefined;
  return text !== undefined && text.length <= NAME_MAX ? text : undefined;
}
