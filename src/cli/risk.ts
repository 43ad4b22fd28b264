import type { Command } from 'commander';

interface Format {
  readonly json: boolean;
}

export function addRiskCommands(program: Command): void {
  program
    .command('blast-radius')
    .description('what each key could cost in 48 hours if it leaked now, from the database alone (docs/caps.md)')
    .option('--json', 'as JSON on stdout', false)
    .action(async ({ json }: Format) => (await import('./risk-run.ts')).blastRadius(json));

  program
    .command('lint')
    .description('what policy has against names, owners and scopes of keys, each with its fix (docs/hygiene.md)')
    .option('--json', 'as JSON on stdout', false)
    .action(async ({ json }: Format) => (await import('./risk-run.ts')).lint(json));

  program
    .command('score')
    .description('the hygiene score with each point lost and its fix (docs/hygiene-score.md)')
    .option('--json', 'as JSON on stdout', false)
    .action(async ({ json }: Format) => (await import('./risk-run.ts')).score(json));
}
