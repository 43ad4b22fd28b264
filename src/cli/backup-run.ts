import { backupDatabase } from '../store/backup.ts';
import type { DatabaseFacts } from '../store/integrity.ts';
import { restoreDatabase } from '../store/restore.ts';
import { systemIds } from '../system/ids.ts';
import { hmacHex, loadInstallationSecret } from '../system/installation-secret.ts';
import { holderMayRun } from '../system/lease-holder.ts';
import { cliActor, ownPaths } from './installation.ts';
import { out } from './output.ts';

export async function backup(file: string): Promise<void> {
  const facts = await backupDatabase({ databasePath: ownPaths().databasePath, file, ids: systemIds });
  out(`Backed up to ${file}: ${factsText(facts)}.\n`);
  out('It does not hold the installation secret: keep a copy of that file too, in another place than the backups.\n');
}

export async function restore(file: string, { botIsStopped }: { readonly botIsStopped: boolean }): Promise<void> {
  const { databasePath, secretPath } = ownPaths();
  const secret = loadInstallationSecret({ path: secretPath, create: false });
  const report = await restoreDatabase({
    databasePath,
    file,
    ids: systemIds,
    sign: (text) => hmacHex(secret, text),
    now: Date.now(),
    actor: cliActor(),
    mayRun: holderMayRun,
    botIsStopped,
  });
  out(`Restored ${databasePath} from ${file}: ${factsText(report.backup)}.\n`);
  if (report.migrated.length > 0) out(`Brought to this version with ${report.migrated.join(', ')}.\n`);
  out(
    `Marked for review and not carried out: ${report.actionsToReview} actions, ${report.messagesToReview} messages.\n`,
  );
  if (report.keptAside !== null) out(`The database that stood there is kept as ${report.keptAside}.\n`);
  out('Start the bot: its first poll fills the gap since the backup.\n');
  if (report.actionsToReview + report.messagesToReview > 0) {
    out('Then decide about what was marked: keysteward review\n');
  }
}

function factsText({ bytes, keys, auditCount, auditHead, lastEntryAt }: DatabaseFacts): string {
  const newest = lastEntryAt === null ? '' : `, the newest of ${new Date(lastEntryAt).toISOString()}`;
  return `${bytes} bytes, ${keys} keys, ${auditCount} audit entries${newest}, head ${auditHead}`;
}
