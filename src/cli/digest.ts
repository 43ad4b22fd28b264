import { type Command, Option } from 'commander';

interface Options {
  readonly render: 'text' | 'json';
  readonly week?: string;
}

export function addDigestCommand(program: Command): void {
  program
    .command('digest')
    .description('what the weekly digest would say now, or did say, from the database alone (docs/digest.md)')
    .addOption(new Option('--render <form>', 'how it is shown').choices(['text', 'json']).default('text'))
    .option('--week <week>', 'one that was sent, for instance 2026-W44')
    .action(async (options: Options) => (await import('./digest-run.ts')).digest(options));
}
