import type { Command } from 'commander';

export function addBackupCommands(program: Command): void {
  program
    .command('backup')
    .description('copy the database, also while the bot runs (docs/operations.md)')
    .argument('<file>', 'where to; nothing is ever overwritten')
    .action(async (file: string) => (await import('./backup-run.ts')).backup(file));

  program
    .command('restore')
    .description('put a backup in the place of the database, while the bot is stopped (docs/operations.md)')
    .argument('<file>', 'a file that keysteward backup made')
    .option('--bot-is-stopped', 'your word for it, where the present database is too damaged to tell', false)
    .action(async (file: string, options: { readonly botIsStopped: boolean }) =>
      (await import('./backup-run.ts')).restore(file, options),
    );
}
