import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Fault } from './faults.ts';

export type Path = readonly PropertyKey[];

/** Where a key stands in the file, as `policy.yml:12 polling.usage_minutes`. */
export type Place = (path: Path) => string;

export type YamlSource =
  | { readonly ok: true; readonly value: unknown; readonly place: Place }
  | { readonly ok: false; readonly faults: readonly Fault[] };

const QUOTES_FIX = "Put a value that begins with * & ! % @ # or ` in quotes, for instance '*-ci'.";
const INDENT_FIX =
  'Compare the line with policy.example.yml: two blanks for each level, no tabs, a blank after each colon.';

// By the parser's own code; everything else is about indentation and brackets.
const FIXES: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'Keep one of the two.',
  BAD_SCALAR_START: QUOTES_FIX,
  BAD_ALIAS: QUOTES_FIX,
  MULTIPLE_DOCS: 'Keep one document: remove the line of three dashes and what follows it.',
};

/** Parses YAML and remembers on which line everything stands. */
export function readYaml(text: string, file: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number) => Math.max(1, lines.linePos(offset).line);
  if (document.errors.length > 0) {
    const faults = document.errors.map(({ code, message, pos }) => ({
      where: `${file}:${lineAt(pos[0])}`,
      problem: `is not readable YAML: ${code === 'MULTIPLE_DOCS' ? 'there are several documents' : message}`,
      fix: FIXES[code] ?? INDENT_FIX,
    }));
    return { ok: false, faults };
  }
  try {
    const value: unknown = document.toJS();
    const place: Place = (path) =>
      `${file}:${lineAt(offsetOf(document, path))} ${path.map(String).join('.')}`.trimEnd();
    return { ok: true, value, place };
  } catch {
    // The one thing that parses and cannot be resolved: an unquoted * is taken for a reference.
    const fault = { where: `${file}:${lineAt(danglingAlias(document))}`, problem: 'has a bare *', fix: QUOTES_FIX };
    return { ok: false, faults: [fault] };
  }
}

function danglingAlias(document: Document): number {
  let offset = 0;
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return undefined;
      offset = startOf(alias) ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

/** Start of the key at `path`; for a key that is not there, of the nearest one around it. */
function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const segment of path) {
    const next = childOf(isAlias(node) ? node.resolve(document) : node, segment);
    if (next === undefined) return offset;
    offset = next.offset ?? offset;
    node = next.node;
  }
  return offset;
}

interface Child {
  readonly node: unknown;
  readonly offset: number | undefined;
}

function childOf(node: unknown, segment: PropertyKey): Child | undefined {
  if (isSeq(node)) {
    const item = typeof segment === 'number' ? node.items[segment] : undefined;
    return item === undefined ? undefined : { node: item, offset: startOf(item) };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(segment));
  return pair === undefined ? undefined : { node: pair.value, offset: startOf(pair.key) };
}

function startOf(node: unknown): number | undefined {
  const ranged = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined;
  return ranged?.[0];
}
