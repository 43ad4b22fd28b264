#!/usr/bin/env node
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { addAnalyzeCommand } from './cli/analyze.ts';
import { addAuditCommands } from './cli/audit.ts';
import { addBacktestCommand } from './cli/backtest.ts';
import { addBackupCommands } from './cli/backup.ts';
import { addDigestCommand } from './cli/digest.ts';
import { addDoctorCommand } from './cli/doctor.ts';
import { addInitCommand } from './cli/init.ts';
import { addKeyCommands } from './cli/keys.ts';
import { err, out } from './cli/output.ts';
import { addReconcileCommands } from './cli/reconcile.ts';
import { addRepriceCommand } from './cli/reprice.ts';
import { addReviewCommands } from './cli/review.ts';
import { addRiskCommands } from './cli/risk.ts';
import { addSandboxCommands, showPage } from './cli/sandbox.ts';
import { faultText, refuseExcess } from './cli/wrong-line.ts';
import { AppError, publicMessageOf } from './domain/errors.ts';

const EXIT_USAGE = 2;

const program = new Command('keysteward')
  .description('Stops a leaked AI API key before it becomes an invoice.')
  .exitOverride()
  .configureOutput({ writeOut: out, writeErr: err, outputError: (text) => err(faultText(program, text)) })
  .allowExcessArguments()
  .action(async (_options: unknown, command: Command) => {
    const [unknown] = command.args;
    if (unknown !== undefined)
      command.error(`error: there is no command ${JSON.stringify(unknown)}. See keysteward --help.`);
    const { startsInSandbox } = await import('./cli/start-run.ts');
    process.exitCode = startsInSandbox() ? await showPage() : await runBot();
  });

program
  .command('start')
  .description('run the bot (docs/configuration.md)')
  .action(async () => {
    process.exitCode = await runBot();
  });

addInitCommand(program);
addDoctorCommand(program);
addAuditCommands(program);
addBackupCommands(program);
addKeyCommands(program);
addReviewCommands(program);
addRepriceCommand(program);
addReconcileCommands(program);
addRiskCommands(program);
addDigestCommand(program);
addBacktestCommand(program);
addAnalyzeCommand(program);
addSandboxCommands(program);
refuseExcess(program);

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

/** Loaded when it runs, as all that a command needs: who asks for help or a back-test waits for no Slack. */
async function runBot(): Promise<number> {
  const { main } = await import('./main.ts');
  return main();
}
