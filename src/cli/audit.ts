import type { Command } from 'commander';

export function addAuditCommands(program: Command): void {
  program
    .command('audit')
    .description('the audit log')
    .command('verify')
    .description('prove that no entry was changed, removed or slipped in')
    .option('--head <hash>', 'a head written down earlier, from the daily log line or a digest')
    .action(async ({ head }: { head?: string }) => {
      const { verifyAudit } = await import('./audit-run.ts');
      process.exitCode = await verifyAudit(head);
    });
}
