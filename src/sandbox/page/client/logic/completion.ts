import type { PageCommand, PagePerson } from '../../protocol.ts';

export interface Suggestion {
  readonly id: string;
  readonly label: string;
  readonly summary: string;
  /** The whole line when it is taken. */
  readonly line: string;
}

const SHOWN_MAX = 8;
const COMMAND = '/keys';

/** What could stand at the end of the line; empty when nothing is to be completed. */
export function suggestions(
  line: string,
  commands: readonly PageCommand[],
  people: readonly PagePerson[],
): readonly Suggestion[] {
  if (line.includes('\n')) return [];
  const mention = /(^|\s)@([a-z0-9._-]*)$/i.exec(line);
  if (mention !== null)
    return peopleFor(line.slice(0, line.length - (mention[2] ?? '').length), mention[2] ?? '', people);
  const [start = '', typed, ...more] = line.split(/\s+/);
  if (!line.startsWith('/') || more.length > 0) return [];
  if (typed === undefined) return COMMAND.startsWith(start) ? commandsFor('', commands) : [];
  return start === COMMAND ? commandsFor(typed.toLowerCase(), commands) : [];
}

/** The subcommand that is being filled in: its usage stays in sight. */
export function commandOf(line: string, commands: readonly PageCommand[]): PageCommand | undefined {
  const [start, name, ...more] = line.split(/\s+/);
  return start === COMMAND && more.length > 0 ? commands.find((command) => command.name === name) : undefined;
}

/** `name` is often part of `usage`; what is shown says it once. */
export function usageOf({ name, usage }: PageCommand): string {
  return usage === name || usage.startsWith(`${name} `) ? usage : `${name} ${usage}`.trim();
}

function commandsFor(typed: string, commands: readonly PageCommand[]): readonly Suggestion[] {
  // Nothing is left to complete: Enter sends.
  if (commands.some((command) => command.name === typed)) return [];
  const starting = commands.filter((command) => command.name.startsWith(typed));
  const holding = commands.filter((command) => !command.name.startsWith(typed) && command.name.includes(typed));
  return [...starting, ...holding].map((command) => ({
    id: command.name,
    label: `${COMMAND} ${usageOf(command)}`,
    summary: command.summary,
    line: `${COMMAND} ${command.name}${usageOf(command) === command.name ? '' : ' '}`,
  }));
}

function peopleFor(before: string, typed: string, people: readonly PagePerson[]): readonly Suggestion[] {
  const wanted = typed.toLowerCase();
  const fitting = people.filter(
    ({ name, realName, isDeactivated }) =>
      !isDeactivated && (name.toLowerCase().startsWith(wanted) || realName.toLowerCase().startsWith(wanted)),
  );
  return fitting.slice(0, SHOWN_MAX).map(({ id, name, realName }) => ({
    id,
    label: `@${name}`,
    summary: realName,
    line: `${before}${name} `,
  }));
}
