import { type Command, InvalidArgumentError } from 'commander';
import { dayAt } from '../domain/time.ts';
import type { RepriceArguments } from './reprice-run.ts';

export function addRepriceCommand(program: Command): void {
  program
    .command('reprice')
    .description('price stored usage again with the present prices, also while the bot runs (docs/operations.md)')
    .option(
      '--from <day>',
      'first day, in UTC, such as 2026-08-01 (default: all usage that other prices were used for)',
      day,
    )
    .option('--to <day>', 'last day, included (default: today)', day)
    .option('--provider <id>', 'only of this provider or connection, such as openai or openai:acme')
    .option('--dry-run', 'say what it would come to and change nothing', false)
    .option('--json', 'figures as JSON on stdout', false)
    .action(async (options: RepriceArguments) => (await import('./reprice-run.ts')).reprice(options));
}

function day(text: string): number {
  const at = dayAt(text);
  if (at === null) throw new InvalidArgumentError('Give a day such as 2026-08-01.');
  return at;
}
