import type { PolicySetting } from '../domain/policy.ts';
import { scrubSecrets } from '../domain/secret.ts';
import type { Path, Place } from './yaml-source.ts';

export interface SettingsInput {
  /** With all defaults. */
  readonly parsed: unknown;
  /** As the file has it. */
  readonly given: unknown;
  readonly place: Place;
}

/** Every value that holds, in the file's order of keys, and the line that sets it. */
export function policySettings({ parsed, given, place }: SettingsInput): readonly PolicySetting[] {
  return leavesOf(parsed, []).map(({ path, value }) => ({
    key: scrubSecrets(path.map(String).join('.')),
    value: scrubSecrets(textOf(value)),
    line: isGiven(given, path) ? lineOf(place(path)) : null,
  }));
}

interface Leaf {
  readonly path: Path;
  readonly value: unknown;
}

/** Lists of rules are told rule by rule, lists of names at once. */
function leavesOf(value: unknown, path: Path): readonly Leaf[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.some(isObject))
    return value.map((item, index) => ({ path: [...path, index], value: item }));
  if (isObject(value)) {
    const entries = Object.entries(value);
    if (entries.length > 0) return entries.flatMap(([key, item]) => leavesOf(item, [...path, key]));
  }
  return [{ path, value }];
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(textOf).join(', ');
  if (!isObject(value)) return String(value);
  const parts = Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [`${key}: ${textOf(item)}`]));
  return parts.length === 0 ? 'none' : parts.join(', ');
}

function isGiven(given: unknown, path: Path): boolean {
  let value = given;
  for (const segment of path) {
    if (typeof value !== 'object' || value === null) return false;
    value = Reflect.get(value, segment);
  }
  return value !== undefined && value !== null;
}

/** From `policy.yml:12 polling.usage_minutes`. */
function lineOf(placed: string): number | null {
  const line = /:(\d+)(?: |$)/.exec(placed)?.[1];
  return line === undefined ? null : Number(line);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
