import type { Command } from 'commander';
import type { AnalyzeOptions } from './analyze-run.ts';
import { profileOption } from './arguments.ts';

export function addAnalyzeCommand(program: Command): void {
  program
    .command('analyze')
    .description('holds records against a history, without Slack or admin keys (docs/data-formats.md)')
    .requiredOption('--history <file>', 'what is usual: usage buckets or requests, CSV or JSON lines, also gzip')
    .requiredOption('--records <file>', 'what is looked at, in either form')
    .addOption(profileOption())
    .option('--policy <file>', 'take settings, prices and calendar from a policy.yml')
    .option('--json', 'as JSON on stdout', false)
    .action(async (options: AnalyzeOptions) => (await import('./analyze-run.ts')).analyze(options));
}
