import type { Rendered } from './blocks.ts';
import { foreign } from './text.ts';

const PERSON = /<@([UW][A-Z0-9]+)>/g;

/**
 * The same with people's names in the place of mentions: a post with a mention calls the person. Who has no name yet
 * keeps the mention: an id says nothing to anybody.
 */
export function withNames({ text, blocks }: Rendered, names: ReadonlyMap<string, string>): Rendered {
  const quiet = (words: string) =>
    words.replace(PERSON, (found, id: string) => {
      const name = names.get(id);
      return name === undefined ? found : foreign(name);
    });
  return { text: quiet(text), blocks: JSON.parse(JSON.stringify(blocks), (_, value) => quietValue(value, quiet)) };
}

function quietValue(value: unknown, quiet: (words: string) => string): unknown {
  return typeof value === 'string' ? quiet(value) : value;
}
