/**
 * A company of any size whose traffic follows from arithmetic alone, so that server, history and check agree without
 * sharing state. Of 100 keys 5 are called every minute, 15 in office hours every fourth minute, 40 for three minutes a
 * day, 40 never (about a third of a typical account's keys belong to nobody any more). One key in ten uses two models;
 * one in a hundred spends some $15 an hour, all day, so that its history has to be looked at in each pass.
 */
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** A Wednesday, 12:00 UTC: the busiest time of the office hours. */
export const NOW = Date.UTC(2026, 10, 18, 12);
export const KEYS_PER_PROJECT = 50;

const MINUTES_PER_DAY = 1440;
const OFFICE_FROM = 8 * 60;
const OFFICE_TO = 18 * 60;
const BURST_MINUTES = 3;
const DEAR = 50;
const MODELS = ['gpt-5.5', 'gpt-5-mini'] as const;

export interface Row {
  readonly key: number;
  readonly model: string;
  readonly input: number;
  readonly cached: number;
  readonly output: number;
  readonly requests: number;
}

export const keyId = (key: number): string => `key_${String(key).padStart(6, '0')}abcdefghij`;
export const projectOf = (key: number): string => `proj_${String(Math.floor(key / KEYS_PER_PROJECT)).padStart(5, '0')}`;

/** Whether the key is called in this minute. */
export function isCalled(key: number, at: number): boolean {
  const kind = key % 100;
  if (kind < 5) return true;
  const minute = Math.floor(at / MINUTE_MS) % MINUTES_PER_DAY;
  if (kind < 20) return minute >= OFFICE_FROM && minute < OFFICE_TO && (minute + key) % 4 === 0;
  if (kind >= 60) return false;
  const start = (key * 7919) % MINUTES_PER_DAY;
  return minute >= start && minute < start + BURST_MINUTES;
}

/** Minutes of the bucket in which the key is called. */
export function callsIn(key: number, at: number, widthMs: number): number {
  if (widthMs === MINUTE_MS) return isCalled(key, at) ? 1 : 0;
  let calls = 0;
  for (let minute = at; minute < at + widthMs; minute += MINUTE_MS) if (isCalled(key, minute)) calls += 1;
  return calls;
}

/** What a bucket holds of one key: one row per model. */
export function rowsOf(key: number, calls: number): readonly Row[] {
  if (calls === 0) return [];
  const size = key % 100 === 0 ? DEAR : 1;
  const row = (model: string): Row => ({
    key,
    model,
    input: 900 * size * calls + (key % 97),
    cached: 300 * calls,
    output: 150 * calls + (key % 13),
    requests: 3 * calls,
  });
  const [first, second] = MODELS;
  return key % 10 === 0 ? [row(first), row(second)] : [row(key % 3 === 0 ? first : second)];
}
