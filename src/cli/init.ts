import { type Command, InvalidArgumentError } from 'commander';
import type { Flags } from './init/unattended.ts';

const NO_SECRET_FLAGS = `
Tokens and admin keys are never flags: everybody on the machine sees those in the process list, and the shell keeps them
in its history. With --yes they are taken from the environment, from .env, or from files (…_FILE).`;

export function addInitCommand(program: Command): void {
  program
    .command('init')
    .description('set up the real thing: asks, tries each token and key at once, and writes .env and policy.yml')
    .option('--yes', 'ask nothing; take what is set already and the flags below', false)
    .option('--channel <name>', 'where alerts are posted')
    .option('--admin <ids or e-mails...>', 'who may do everything')
    .option('--responder <ids or e-mails...>', 'who is called at alerts, and may suspend, restore and revoke')
    .option('--staging <patterns...>', 'names of staging keys, projects or workspaces')
    .option('--development <patterns...>', 'names of development keys, projects or workspaces')
    .option('--auto-contain-usd <n>', 'suspend staging and development keys without a click above this loss', dollars)
    .option('--save-secrets', 'with --yes: also write the environment’s tokens and keys into .env', false)
    .addHelpText('after', NO_SECRET_FLAGS)
    .action(async (flags: Flags) => {
      const { init } = await import('./init-run.ts');
      process.exitCode = await init(flags);
    });
}

function dollars(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 1_000_000) return value;
  throw new InvalidArgumentError('Give an amount from 1 to 1000000.');
}
