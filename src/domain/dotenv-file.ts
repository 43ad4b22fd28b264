import { parse } from 'dotenv';
import { AppError } from './errors.ts';

const ASSIGNMENT = /^\s*(?:export\s+)?([\w.-]+)\s*=\s*(.*)$/;
// Means the same with and without quotes, to dotenv, to a shell and to Docker.
const BARE = /^[\w./:@+,%-]+$/;
const QUOTES = ["'", '"', '`'] as const;

/** The variables of a .env file’s text. */
export function parseDotEnv(text: string): Readonly<Record<string, string>> {
  return parse(text);
}

/** Null takes the variable out. */
export type EnvChanges = Readonly<Record<string, string | null>>;

/**
 * A .env file with other values: what is not named keeps its lines, comments and order. The result is read back, and
 * refused when it would say anything else than it should.
 */
export function changeDotEnv(text: string, changes: EnvChanges): string {
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  let lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines = lines.slice(0, -1);
  for (const [name, value] of Object.entries(changes)) {
    if ((parse(text)[name] ?? null) === value) continue;
    lines = withVariable(lines, name, value);
  }
  const changed = lines.length === 0 ? '' : `${lines.join(lineEnd)}${lineEnd}`;
  refuseDifference(parse(text), parse(changed), changes);
  return changed;
}

function withVariable(lines: readonly string[], name: string, value: string | null): string[] {
  const places = assignmentsOf(lines).filter((one) => one.name === name);
  // The last one counts; the others would only keep an old secret on disk.
  const last = places.at(-1);
  const line = value === null ? [] : [`${name}=${written(name, value)}`];
  if (last === undefined) return value === null ? [...lines] : insertNew(lines, name, line);
  return lines.flatMap((text, index) => {
    if (index === last.from) return line;
    return places.some(({ from, to }) => index >= from && index < to) ? [] : [text];
  });
}

/** Below a commented-out line of the same name, as .env.example has them; else at the end. */
function insertNew(lines: readonly string[], name: string, line: readonly string[]): string[] {
  const hint = lines.findIndex((text) => new RegExp(`^\\s*#\\s*${name}=`).test(text));
  const at = hint === -1 ? lines.length : hint + 1;
  return lines.toSpliced(at, 0, ...line);
}

interface Assignment {
  readonly name: string;
  /** First line, and the line after the last. */
  readonly from: number;
  readonly to: number;
}

/** A quoted value may go on over several lines. */
function assignmentsOf(lines: readonly string[]): readonly Assignment[] {
  const found: Assignment[] = [];
  for (let from = 0; from < lines.length; ) {
    const [, name, value = ''] = ASSIGNMENT.exec(lines[from] ?? '') ?? [];
    const to = name === undefined ? from + 1 : endOf(lines, from, value);
    if (name !== undefined) found.push({ name, from, to });
    from = to;
  }
  return found;
}

function endOf(lines: readonly string[], from: number, value: string): number {
  const quote = QUOTES.find((one) => value.startsWith(one));
  if (quote === undefined || value.slice(1).includes(quote)) return from + 1;
  const close = lines.findIndex((line, index) => index > from && line.includes(quote));
  return close === -1 ? from + 1 : close + 1;
}

function written(name: string, value: string): string {
  const forms = BARE.test(value) ? [value] : [...QUOTES.map((quote) => `${quote}${value}${quote}`), value];
  // A line of its own, and with another quoted line below: an open quote would swallow it.
  const fits = forms.find((form) => {
    const read = parse(`${name}=${form}\nNEXT='x' "y" \`z\``);
    return read[name] === value && read['NEXT'] !== undefined;
  });
  if (fits !== undefined) return fits;
  throw unwritable(`${name} has a value that a .env file cannot hold`);
}

function refuseDifference(before: Record<string, string>, after: Record<string, string>, changes: EnvChanges): void {
  const wanted = new Map(Object.entries({ ...before, ...changes }).filter(([, value]) => value !== null));
  const names = new Set([...wanted.keys(), ...Object.keys(after)]);
  const wrong = [...names].find((name) => wanted.get(name) !== after[name]);
  if (wrong !== undefined) throw unwritable(`${wrong} would come out wrong`);
}

function unwritable(problem: string): AppError {
  return new AppError({
    code: 'invalid_input',
    message: `.env cannot be written: ${problem}`,
    publicMessage: `.env was left as it is: ${problem}. Write it there by hand, or use a file of its own (…_FILE).`,
  });
}
