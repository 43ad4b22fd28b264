import { COMMAND_GROUPS, type SubcommandText } from '../context.ts';
import { type Rendered, section } from './blocks.ts';
import { escaped, foreign } from './text.ts';

export function helpView(subcommands: readonly SubcommandText[]): Rendered {
  const opening = 'Keysteward watches what the AI keys spend and stops the one that leaks.';
  const groups = Object.entries(COMMAND_GROUPS).flatMap(([group, title]) => {
    const lines = subcommands.filter((one) => (one.group ?? 'act') === group).map(lineOf);
    return lines.length === 0 ? [] : [[`*${title}*`, ...lines].join('\n')];
  });
  const closing = 'A key is found by its name, label, hint or id, or by a part of them that no other key has.';
  const texts = [opening, ...groups, closing];
  return { text: texts.join('\n'), blocks: texts.map(section) };
}

function lineOf({ usage, summary }: SubcommandText): string {
  return `\`/keys ${escaped(usage)}\` – ${escaped(summary)}`;
}

/** Slack keeps what is typed: whoever types a key has given it to everybody who can search. */
export function pastedKeyView(): Rendered {
  const text =
    'That looks like a whole key, so nothing was looked up. Slack has it now: *rotate that key*. Keys are found by their name, or by the last characters of their hint, such as `/keys show 9f2a`.';
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
