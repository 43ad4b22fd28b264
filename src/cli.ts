#!/usr/bin/env node
import { userInfo } from 'node:os';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { loadDotEnv } from './config/dotenv.ts';
import { readPaths } from './config/env.ts';
import { EnvReader } from './config/env-reader.ts';
import { formatFaults } from './config/faults.ts';
import { decideStart, sandboxFaults, startFacts } from './config/start-mode.ts';
import { AppError, publicMessageOf } from './domain/errors.ts';
import { HOUR_MS } from './domain/time.ts';
import { main } from './main.ts';
import { providers } from './providers/index.ts';
import { backupDatabase } from './store/backup.ts';
import type { DatabaseFacts } from './store/integrity.ts';
import { openStore } from './store/open.ts';
import { restoreDatabase } from './store/restore.ts';
import { fileExists, readTextFile } from './system/files.ts';
import { systemIds } from './system/ids.ts';
import { hmacHex, loadInstallationSecret } from './system/installation-secret.ts';
import { holderMayRun } from './system/lease-holder.ts';
import { createLogger } from './system/logger.ts';

const EXIT_USAGE = 2;
const STORY_PACE_MS = 1_500;

/** The only import of the sandbox: the production path never gets here. */
const importSandbox = () => import('./sandbox/index.ts');
type SandboxModule = Awaited<ReturnType<typeof importSandbox>>;

const out = (text: string): void => {
  process.stdout.write(text);
};
const err = (text: string): void => {
  process.stderr.write(text);
};

const program = new Command('keysteward')
  .description('Stops a leaked AI API key before it becomes an invoice.')
  .exitOverride()
  .configureOutput({ writeOut: out, writeErr: err })
  .action(async () => {
    const env = loadDotEnv(readTextFile, '.env', process.env);
    const facts = startFacts({ command: 'npm-start', env, providers, fileExists });
    process.exitCode = decideStart(facts) === 'sandbox' ? await tellFirstStory() : await main();
  });

program
  .command('start')
  .description('run the bot (docs/configuration.md)')
  .action(async () => {
    process.exitCode = await main();
  });

program
  .command('audit')
  .description('the audit log')
  .command('verify')
  .description('prove that no entry was changed, removed or slipped in')
  .option('--head <hash>', 'a head written down earlier, from the daily log line or a digest')
  .action(async ({ head }: { head?: string }) => {
    process.exitCode = await verifyAudit(head);
  });

program
  .command('backup')
  .description('copy the database, also while the bot runs (docs/operations.md)')
  .argument('<file>', 'where to; nothing is ever overwritten')
  .action(backup);

program
  .command('restore')
  .description('put a backup in the place of the database, while the bot is stopped (docs/operations.md)')
  .argument('<file>', 'a file that keysteward backup made')
  .option('--bot-is-stopped', 'your word for it, where the present database is too damaged to tell', false)
  .action(restore);

program
  .command('simulate')
  .description('play a scenario through the real app, faster than real time')
  .argument('<scenario>', 'leak-weekend or quiet-month')
  .option('--poll-minutes <n>', 'between two polls, 1 to 60 (default: the scenario’s own)', wholeNumber(1, 60))
  .option('--lag-minutes <n>', 'how late the providers publish usage', wholeNumber(0, 120), 5)
  .option('--seed <n>', 'same seed, same figures', wholeNumber(0, 2 ** 31 - 1), 1)
  .addOption(new Option('--provider <id>', 'where the key leaks').choices(['anthropic', 'openai']).default('anthropic'))
  .option('--responder-minutes <n|none>', 'from the alert to the click', minutesOrNone, 3)
  .option('--hours <n>', 'play only so many hours of it (default: all)', wholeNumber(1, 10_000))
  .option('--json', 'figures as JSON on stdout', false)
  .action(runSimulation);

program
  .command('sandbox')
  .description('the stand-ins for Slack and the providers')
  .command('serve')
  .description('start the stand-ins alone, so that any client can be pointed at them')
  .option('--slack-port <n>', 'port of the Slack stand-in', wholeNumber(0, 65_535), 4010)
  .option('--openai-port <n>', 'port of the OpenAI stand-in', wholeNumber(0, 65_535), 4011)
  .option('--anthropic-port <n>', 'port of the Anthropic stand-in', wholeNumber(0, 65_535), 4012)
  .option('--lag-minutes <n>', 'how late the providers publish usage', wholeNumber(0, 120), 5)
  .option('--seed <n>', 'same seed, same company', wholeNumber(0, 2 ** 31 - 1), 1)
  .action(async (options: Parameters<SandboxModule['serveStandIns']>[0]) => {
    const { serveStandIns } = await loadSandbox();
    const served = await serveStandIns(options);
    out(`${served.lines.join('\n')}\n`);
    err('Serving until Ctrl-C. The lines above are an environment for keysteward start.\n');
    await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
    await served.close();
  });

async function verifyAudit(head: string | undefined): Promise<number> {
  const { databasePath, secretPath } = ownPaths();
  if (!fileExists(databasePath)) {
    err(`There is no database at ${databasePath}. Set KEYSTEWARD_DATABASE to the one you mean.\n`);
    return 1;
  }
  const secret = loadInstallationSecret({ path: secretPath, create: false });
  const store = openStore({ path: databasePath, ids: systemIds, sign: (text) => hmacHex(secret, text) });
  try {
    const verdict = await store.read.audit.verify(head);
    if (verdict.ok) out(`The audit log is whole: ${verdict.count} entries, head ${verdict.head}\n`);
    else err(`The audit log is broken after ${verdict.count} good entries: ${verdict.problem}\n`);
    return verdict.ok ? 0 : 1;
  } finally {
    await store.close();
  }
}

async function backup(file: string): Promise<void> {
  const facts = await backupDatabase({ databasePath: ownPaths().databasePath, file, ids: systemIds });
  out(`Backed up to ${file}: ${factsText(facts)}.\n`);
  out('It does not hold the installation secret: keep a copy of that file too, in another place than the backups.\n');
}

async function restore(file: string, { botIsStopped }: { readonly botIsStopped: boolean }): Promise<void> {
  const { databasePath, secretPath } = ownPaths();
  const secret = loadInstallationSecret({ path: secretPath, create: false });
  const report = await restoreDatabase({
    databasePath,
    file,
    ids: systemIds,
    sign: (text) => hmacHex(secret, text),
    now: Date.now(),
    actor: { kind: 'cli', user: userName() },
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
}

function factsText({ bytes, keys, auditCount, auditHead, lastEntryAt }: DatabaseFacts): string {
  const newest = lastEntryAt === null ? '' : `, the newest of ${new Date(lastEntryAt).toISOString()}`;
  return `${bytes} bytes, ${keys} keys, ${auditCount} audit entries${newest}, head ${auditHead}`;
}

function ownPaths(): ReturnType<typeof readPaths> {
  return readPaths(new EnvReader(loadDotEnv(readTextFile, '.env', process.env), readTextFile));
}

/** A container may run as a user without a name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}

interface SimulateArguments {
  readonly pollMinutes?: number;
  readonly lagMinutes: number;
  readonly seed: number;
  readonly provider: 'anthropic' | 'openai';
  readonly responderMinutes: number | 'none';
  readonly hours?: number;
  readonly json: boolean;
}

async function runSimulation(id: string, options: SimulateArguments): Promise<void> {
  const sandbox = await loadSandbox();
  const scenario = sandbox.findScenario(id);
  if (scenario === undefined) {
    const known = sandbox.scenarios.map((one) => one.id).join(', ');
    throw new InvalidArgumentError(`error: there is no scenario ${JSON.stringify(id)}. Known: ${known}.`);
  }
  const { json, hours, pollMinutes = scenario.pollMinutes, responderMinutes, ...rest } = options;
  const endsAt = hours === undefined ? scenario.endsAt : Math.min(scenario.endsAt, scenario.startAt + hours * HOUR_MS);
  const result = await sandbox.simulate({
    ...rest,
    scenario: { ...scenario, endsAt },
    pollMinutes,
    responderMinutes: responderMinutes === 'none' ? null : responderMinutes,
    logger: createLogger({ level: 'error' }),
    ...(json ? {} : { teller: sandbox.storyTeller({ write: out, paceMs: 0 }) }),
  });
  out(json ? `${JSON.stringify(result, null, 2)}\n` : `${sandbox.summaryText(result)}\n`);
}

async function tellFirstStory(): Promise<number> {
  const sandbox = await loadSandbox();
  const scenario = sandbox.findScenario('leak-weekend');
  if (scenario === undefined) return 1;
  out(
    'This is the sandbox: a made-up company, a made-up Slack, nothing leaves this machine (README: the real thing).\n\n',
  );
  const result = await sandbox.simulate({
    scenario,
    provider: 'anthropic',
    seed: 1,
    pollMinutes: scenario.pollMinutes,
    lagMinutes: 5,
    responderMinutes: 3,
    logger: createLogger({ level: 'error' }),
    teller: sandbox.storyTeller({ write: out, paceMs: process.stdout.isTTY ? STORY_PACE_MS : 0 }),
    until: 'stopped',
  });
  out(`${sandbox.summaryText(result)}\n`);
  out('Nobody awake? npm run -s keysteward -- simulate leak-weekend --responder-minutes none\n');
  return 0;
}

async function loadSandbox(): Promise<SandboxModule> {
  const faults = sandboxFaults(process.env);
  if (faults.length > 0) {
    const publicMessage = formatFaults(faults);
    throw new AppError({ code: 'invalid_config', message: 'real admin key beside the sandbox', publicMessage });
  }
  try {
    return await importSandbox();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new AppError({
      code: 'not_supported',
      message: 'the sandbox is not installed',
      publicMessage: 'The sandbox needs the development packages: run npm ci without --omit=dev.',
      cause,
    });
  }
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`);
  };
}

// Not null: Commander takes a null from a parser for a failed parse and puts an empty text in its place.
function minutesOrNone(text: string): number | 'none' {
  return text === 'none' ? text : wholeNumber(0, 10_000)(text);
}

program.parseAsync().catch((error: unknown) => {
  if (error instanceof CommanderError) {
    // Commander has written its own text; an argument that we refused ourselves has not been told yet.
    if (error instanceof InvalidArgumentError) err(`${error.message}\n`);
    process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE;
    return;
  }
  err(`${publicMessageOf(error)}\n`);
  if (!(error instanceof AppError)) err(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
