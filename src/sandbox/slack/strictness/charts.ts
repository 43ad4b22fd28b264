import { asObject, isObject, type JsonObject, objectsIn } from '../json.ts';
import type { Violation } from './violation.ts';

const MAX_SERIES = 6;
const MAX_POINTS = 20;
const MAX_NAME = 20;
const MAX_AXIS_LABEL = 50;
const FIELDS: ReadonlySet<string> = new Set(['type', 'block_id', 'title', 'chart']);

/** Faults of a `data_visualization` block; one bad chart makes Slack refuse the whole message. */
export function chartViolations(block: JsonObject, pointer: string): readonly Violation[] {
  const chart = block['chart'];
  const unknown = Object.keys(block).filter((key) => !FIELDS.has(key));
  const faults = [
    ...unknown.map((key) => `no more fields: ${key}`),
    ...(typeof block['title'] === 'string' ? [] : ['missing required field: title']),
    ...(isObject(chart) ? chartFaults(chart) : ['missing required field: chart']),
  ];
  return faults.map((message) => ({ code: 'invalid_blocks', message, pointer: `${pointer}/chart` }));
}

function chartFaults(chart: JsonObject): readonly string[] {
  if (chart['type'] === 'pie') return pieFaults(objectsIn(chart['segments']));
  if (!['line', 'bar', 'area'].includes(String(chart['type']))) return [`unsupported type: ${String(chart['type'])}`];
  return seriesFaults(objectsIn(chart['series']), asObject(chart['axis_config']));
}

function pieFaults(segments: readonly JsonObject[]): readonly string[] {
  return [
    ...countFaults('segments', segments.length, MAX_SERIES),
    ...nameFaults(segments.map((segment) => segment['label'])),
    ...segments.filter(({ value }) => !(typeof value === 'number' && value > 0)).map(() => 'value must be above 0'),
  ];
}

function seriesFaults(series: readonly JsonObject[], axis: JsonObject): readonly string[] {
  const categories = Array.isArray(axis['categories']) ? axis['categories'] : [];
  return [
    ...countFaults('series', series.length, MAX_SERIES),
    ...countFaults('categories', categories.length, MAX_POINTS),
    ...nameFaults(series.map(({ name }) => name)),
    ...nameFaults(categories),
    ...['x_label', 'y_label'].filter((key) => String(axis[key] ?? '').length > MAX_AXIS_LABEL),
    ...series.flatMap((one) => pointFaults(objectsIn(one['data']), categories)),
  ];
}

function pointFaults(points: readonly JsonObject[], categories: readonly unknown[]): readonly string[] {
  const labels = points.map((point) => point['label']);
  const isMatching = labels.length === categories.length && categories.every((name) => labels.includes(name));
  return [
    ...(isMatching ? [] : ['each series needs exactly one point per category']),
    ...(points.every(({ value }) => typeof value === 'number' && Number.isFinite(value)) ? [] : ['value: a number']),
  ];
}

function countFaults(what: string, count: number, max: number): readonly string[] {
  return count >= 1 && count <= max ? [] : [`${what}: between 1 and ${max}`];
}

function nameFaults(names: readonly unknown[]): readonly string[] {
  const isShort = names.every((name) => typeof name === 'string' && name.length >= 1 && name.length <= MAX_NAME);
  const isUnique = new Set(names).size === names.length;
  return [...(isShort ? [] : [`names: 1 to ${MAX_NAME} characters`]), ...(isUnique ? [] : ['names must be unique'])];
}
