import type { Command } from 'commander';
import { openOwnStore } from './installation.ts';
import { err, out } from './output.ts';

export function addAuditCommands(program: Command): void {
  program
    .command('audit')
    .description('the audit log')
    .command('verify')
    .description('prove that no entry was changed, removed or slipped in')
    .option('--head <hash>', 'a head written down earlier, from the daily log line or a digest')
    .action(async ({ head }: { head?: string }) => {
      process.exitCode = await verifyAudit(head);
    });
}

async function verifyAudit(head: string | undefined): Promise<number> {
  const store = openOwnStore();
  try {
    const verdict = await store.read.audit.verify(head);
    if (verdict.ok) out(`The audit log is whole: ${verdict.count} entries, head ${verdict.head}\n`);
    else err(`The audit log is broken after ${verdict.count} good entries: ${verdict.problem}\n`);
    return verdict.ok ? 0 : 1;
  } finally {
    await store.close();
  }
}
