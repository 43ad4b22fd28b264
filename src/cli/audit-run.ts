import { openOwnStore } from './installation.ts';
import { err, out } from './output.ts';

export async function verifyAudit(head: string | undefined): Promise<number> {
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
