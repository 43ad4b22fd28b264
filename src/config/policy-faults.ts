import { z } from 'zod';
import { nearestName } from '../domain/nearest.ts';
import type { Fault } from './faults.ts';
import { unwrapSchema } from './unwrap-schema.ts';
import type { Path, Place } from './yaml-source.ts';

type Issue = z.core.$ZodIssue;

export interface IssueFaultsOptions {
  readonly issues: readonly Issue[];
  readonly schema: z.ZodType;
  /** What was parsed, to tell a missing value from a wrong one. */
  readonly raw: unknown;
  readonly place: Place;
}

const SEE_DOCS = 'See docs/configuration.md for what can stand here.';
const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a section of keys',
  record: 'a section of keys',
};

/** Faults for everything that zod found wrong. Values are not repeated: a key may have been pasted into the file. */
export function issueFaults({ issues, schema, raw, place }: IssueFaultsOptions): readonly Fault[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      // Only what `unknownKeyFaults` cannot see, such as a union, comes through here alone.
      const known = Object.keys(shapeOf(chosen(schemaAt(schema, issue.path, raw), valueAt(raw, issue.path))) ?? {});
      return issue.keys.map((key) => unknownKey(place([...issue.path, key]), key, known));
    }
    const advice = adviceAt(schema, issue.path, raw);
    const fix = advice === undefined ? (boundsFix(issue) ?? SEE_DOCS) : `Write ${advice}.`;
    return [{ where: place(issue.path), problem: problemOf(issue, valueAt(raw, issue.path)), fix }];
  });
}

/** Keys that nobody reads, also where a schema would drop them in silence. */
export function unknownKeyFaults(schema: z.ZodType, raw: unknown, place: Place): readonly Fault[] {
  return unknownBelow(schema, raw, []).map(({ path, known }) => unknownKey(place(path), String(path.at(-1)), known));
}

interface UnknownKey {
  readonly path: Path;
  readonly known: readonly string[];
}

function unknownBelow(schema: unknown, value: unknown, path: Path): readonly UnknownKey[] {
  const inner = unwrapSchema(schema);
  if (inner instanceof z.ZodArray && Array.isArray(value)) {
    return value.flatMap((item, index) => unknownBelow(inner.element, item, [...path, index]));
  }
  const shape = shapeOf(inner);
  if (shape === undefined || typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, child]) =>
    Object.hasOwn(shape, key)
      ? unknownBelow(shape[key], child, [...path, key])
      : [{ path: [...path, key], known: Object.keys(shape) }],
  );
}

function unknownKey(where: string, key: string, known: readonly string[]): Fault {
  const meant = nearestName(key, known);
  const list = known.length === 0 ? '' : `; known here: ${known.join(', ')}`;
  const fix = meant === undefined ? `Remove it${list}.` : `Did you mean ${meant}?`;
  return { where, problem: 'is not a known key', fix };
}

function problemOf(issue: Issue, value: unknown): string {
  if (value === undefined) return 'is missing';
  switch (issue.code) {
    case 'invalid_type':
      return `should be ${TYPE_WORDS[issue.expected] ?? issue.expected}`;
    case 'too_small':
      return typeof value === 'number' ? 'is too small' : 'is too short';
    case 'too_big':
      return typeof value === 'number' ? 'is too large' : 'is too long';
    case 'custom':
      return issue.message;
    default:
      return 'is not written in a known form';
  }
}

function boundsFix(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return `Write ${TYPE_WORDS[issue.expected] ?? issue.expected}.`;
    case 'too_small':
      return `Write ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}.`;
    case 'too_big':
      return `Write ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}.`;
    case 'invalid_value':
      return `Write one of ${issue.values.map(String).join(', ')}.`;
    default:
      return undefined;
  }
}

/** The description of the schema at `path`, which is the advice for it. */
function adviceAt(schema: z.ZodType, path: Path, raw: unknown): string | undefined {
  const found = schemaAt(schema, path, raw);
  const inner = unwrapSchema(found);
  return [found, inner].map((each) => (each instanceof z.ZodType ? each.description : undefined)).find(Boolean);
}

function schemaAt(schema: unknown, path: Path, raw: unknown): unknown {
  return path.reduce<unknown>((outer, segment, index) => {
    const inner = chosen(outer, valueAt(raw, path.slice(0, index)));
    if (inner instanceof z.ZodArray) return inner.element;
    if (inner instanceof z.ZodRecord) return inner.valueType;
    const shape = shapeOf(inner);
    return shape !== undefined && Object.hasOwn(shape, String(segment)) ? shape[String(segment)] : undefined;
  }, schema);
}

/** Of a union the kind that the value says it is; an unknown kind is told which there are. */
function chosen(schema: unknown, value: unknown): unknown {
  const inner = unwrapSchema(schema);
  if (!(inner instanceof z.ZodDiscriminatedUnion)) return inner;
  const { discriminator, options } = inner.def;
  const kinds = options.flatMap((option) => {
    const kind = unwrapSchema(shapeOf(option)?.[discriminator]);
    return kind instanceof z.ZodLiteral ? [{ option, id: kind.value }] : [];
  });
  const said = valueAt(value, [discriminator]);
  const known = z.string().describe(`one of ${kinds.map(({ id }) => String(id)).join(', ')}`);
  return kinds.find(({ id }) => id === said)?.option ?? z.strictObject({ [discriminator]: known });
}

/** Known keys of an object schema; undefined where any key may stand. */
function shapeOf(schema: unknown): Readonly<Record<string, unknown>> | undefined {
  const inner = unwrapSchema(schema);
  if (!(inner instanceof z.ZodObject)) return undefined;
  const { catchall } = inner.def;
  return catchall === undefined || catchall instanceof z.ZodNever ? inner.shape : undefined;
}

function valueAt(raw: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, segment) => (typeof value === 'object' && value !== null ? Reflect.get(value, segment) : undefined),
    raw,
  );
}
