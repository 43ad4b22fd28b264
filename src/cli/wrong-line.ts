import type { Command } from 'commander';

/** Commander's complaint on one line, with what the command does take. */
export function faultText(program: Command, complaint: string): string {
  const said = complaint.trimEnd().replace(/\s*\n\s*/g, ' ');
  if (!/^error: (unknown option|unknown command|too many arguments|missing required)/.test(said)) return `${said}\n`;
  const { names, command } = typed(program, process.argv.slice(2));
  const within = command.commands.map((one) => one.name());
  const takes = [
    ...(within.length === 0 ? [] : [within.join(', ')]),
    ...command.registeredArguments.map((one) => (one.required ? `<${one.name()}>` : `[${one.name()}]`)),
    ...command.options.map(({ flags }) => flags),
  ];
  const allowed = takes.length === 0 ? 'takes nothing more' : `takes ${takes.join(', ')}`;
  return `${said.replace(/\.?$/, '.')} ${['keysteward', ...names].join(' ')} ${allowed}.\n`;
}

/** A word too many is a misunderstanding: what was asked for is not what would be done. */
export function refuseExcess(program: Command): void {
  for (const command of program.commands) {
    command.allowExcessArguments(false);
    refuseExcess(command);
  }
}

function typed(program: Command, words: readonly string[]) {
  let command = program;
  const names: string[] = [];
  for (const word of words) {
    const next = command.commands.find((one) => one.name() === word);
    if (next === undefined) continue;
    command = next;
    names.push(word);
  }
  return { command, names };
}
