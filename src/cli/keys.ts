import { type Command, Option } from 'commander';
import { SHEET_VIEWS } from '../domain/key-columns.ts';
import { SORTS } from '../domain/key-query.ts';
import type { ExportOptions, ImportOptions, ListOptions } from './keys-run.ts';

export function addKeyCommands(program: Command): void {
  const keys = program.command('keys').description('the inventory: list, export and import it (docs/inventory.md)');
  keys
    .command('list [filters...]')
    .description('every key, or those that fit: owner:@ana env:prod unused:">30d" spend:">100" unowned')
    .option('--json', 'as JSON on stdout', false)
    .option('--csv', 'every column as CSV on stdout', false)
    .addOption(new Option('--sort <order>', 'the order of the keys').choices(SORTS))
    .action(async (filters: readonly string[], options: ListOptions) => {
      const { listInventory } = await import('./keys-run.ts');
      process.exitCode = await listInventory(filters, options);
    });
  keys
    .command('export <file> [filters...]')
    .description('write keys to a .csv or .xlsx file')
    .addOption(
      new Option('--view <view>', 'audit: the five columns of an audit; all: every column')
        .choices(SHEET_VIEWS)
        .default('audit'),
    )
    .action(async (file: string, filters: readonly string[], options: ExportOptions) => {
      const { exportInventory } = await import('./keys-run.ts');
      process.exitCode = await exportInventory(file, filters, options);
    });
  keys
    .command('import <file>')
    .description('show what a sheet would change; with --apply change it, all of it or nothing')
    .option('--apply', 'change it', false)
    .option('--json', 'as JSON on stdout', false)
    .action(async (file: string, options: ImportOptions) => {
      const { importInventory } = await import('./keys-run.ts');
      process.exitCode = await importInventory(file, options);
    });
}
