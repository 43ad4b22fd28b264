import type { MatchLogic } from '@pydantic/genai-prices';

// Where these stand at the end of a name, the model is still the same one.
const DATE = /[-@](?:20\d{2}-?\d{2}-?\d{2})(?=$|[-:@])/;
const ALIAS = /-(?:latest|preview)$/;
// Words that tell releases of one model apart, not models.
const NOISE: ReadonlySet<string> = new Set(['latest', 'preview', 'v', 'ft']);

export interface ModelName {
  /** The words of the name without versions, sorted: `claude haiku`. */
  readonly family: string;
  /** The first word: the product line. */
  readonly line: string;
  /** The first number, which is the generation; null in a name without numbers. */
  readonly generation: number | null;
}

/** The name without its release date. */
export function undated(model: string): string {
  return model.replace(DATE, '');
}

/** The name without date and alias endings. */
export function baseName(model: string): string {
  return undated(model.toLowerCase()).replace(ALIAS, '');
}

export function readModelName(model: string): ModelName {
  const words: string[] = [];
  let generation: number | null = null;
  for (const part of baseName(model).split(/[-._:/@ ]+/)) {
    const [, word = '', digits = '', unit = ''] = /^([a-z]*)(\d*)([a-z]*)/.exec(part) ?? [];
    if (word !== '' && !NOISE.has(word)) words.push(word);
    // 0613 is a release date, 120b a size and 16k a window.
    const isVersion = digits !== '' && digits.length < 4 && unit !== 'b' && unit !== 'k';
    if (generation === null && isVersion) generation = Number(digits);
  }
  return { family: [...words].sort().join(' '), line: words[0] ?? '', generation };
}

/**
 * Whether a price list's match means this very model. A listed prefix also catches later models
 * (`claude-sonnet-5` catches `claude-sonnet-5-5`), whose price it is not.
 */
export function meansModel(match: MatchLogic, model: string): boolean {
  if ('or' in match) return match.or.some((part) => meansModel(part, model));
  if ('and' in match) return match.and.every((part) => meansModel(part, model));
  const name = model.toLowerCase();
  if ('equals' in match) return name === match.equals.toLowerCase() || baseName(name) === match.equals.toLowerCase();
  if ('regex' in match) return new RegExp(match.regex).test(model);
  if ('contains' in match) return name.includes(match.contains.toLowerCase());
  if ('ends_with' in match) return name.endsWith(match.ends_with.toLowerCase());
  const prefix = match.starts_with.toLowerCase();
  // A fine-tune's name goes on with the customer's own words.
  if (prefix.startsWith('ft:') || prefix.includes('.ft-')) return name.startsWith(prefix);
  return name.startsWith(prefix) && prefix.startsWith(baseName(name));
}
