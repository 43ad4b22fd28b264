import type { Command } from 'commander';
import { profileOption, wholeNumber } from './arguments.ts';
import type { BacktestOptions } from './backtest-run.ts';

export function addBacktestCommand(program: Command): void {
  program
    .command('backtest')
    .description('what would have been told over a usage export, without Slack or admin keys (docs/data-formats.md)')
    .argument('<file>', 'usage buckets or requests: CSV or JSON lines, also packed with gzip')
    .addOption(profileOption())
    .option('--poll-minutes <n>', 'how often usage is read', wholeNumber(1, 1_440), 5)
    .option('--lag-minutes <n>', 'how late the provider publishes it', wholeNumber(0, 10_080), 5)
    .option('--policy <file>', 'take settings, prices and calendar from a policy.yml')
    .option('--json', 'as JSON on stdout', false)
    .action(async (file: string, options: BacktestOptions) =>
      (await import('./backtest-run.ts')).backtest(file, options),
    );
}
