import type { SubcommandText } from '../context.ts';
import { type Rendered, section } from './blocks.ts';
import { escaped, foreign } from './text.ts';

export function helpView(subcommands: readonly SubcommandText[]): Rendered {
  const lines = subcommands.map(({ usage, summary }) => `\`/keys ${escaped(usage)}\` – ${escaped(summary)}`);
  const text = ['Keysteward watches what the AI keys spend and stops the one that leaks.', ...lines].join('\n');
  return { text, blocks: [section(text)] };
}

/** For an unknown subcommand: the nearest, and where to look. */
export function unknownSubcommandView(given: string, nearest: SubcommandText | undefined): Rendered {
  // A person may have pasted a key here.
  const name = foreign(given, 40).replaceAll('`', '');
  const meant = nearest === undefined ? '' : ` Did you mean \`/keys ${escaped(nearest.usage)}\`?`;
  const text = `There is no \`/keys ${name}\`.${meant} \`/keys help\` lists what there is.`;
  return { text, blocks: [section(text)] };
}
