import type { Command } from 'commander';
import { wholeNumber } from './arguments.ts';
import type { ReconcileOptions } from './reconcile-run.ts';

const DEFAULT_DAYS = 7;

export function addReconcileCommands(program: Command): void {
  program
    .command('reconcile')
    .description('compare our costs with the providers’ own, by day, scope and key (docs/operations.md)')
    .option('--days <n>', 'so many whole days back', wholeNumber(1, 365), DEFAULT_DAYS)
    .option('--stored', 'show what is stored and ask nobody', false)
    .option('--json', 'as JSON on stdout', false)
    .action(async (options: ReconcileOptions) => {
      const { reconcile } = await import('./reconcile-run.ts');
      process.exitCode = await reconcile(options);
    });
}
