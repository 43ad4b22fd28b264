import type { Command } from 'commander';

const importRun = () => import('./review-run.ts');

export function addReviewCommands(program: Command): void {
  const review = program
    .command('review')
    .description('messages that were given up and actions that failed, and what to do with them (docs/operations.md)')
    .action(async () => (await importRun()).list());

  review
    .command('send')
    .description('send messages again that were given up')
    .argument('[id...]', 'from the list')
    .option('--all', 'all of them', false)
    .action(async (ids: readonly string[], { all }: All) => (await importRun()).send({ ids, all }));

  review
    .command('do')
    .description('carry an action out that failed, if its key is still what it was')
    .argument('<id>', 'from the list')
    .action(async (id: string) => (await importRun()).carryOut(id));

  review
    .command('dismiss')
    .description('settle messages and actions without sending or doing them')
    .argument('[id...]', 'from the list')
    .option('--all', 'all of them', false)
    .action(async (ids: readonly string[], { all }: All) => (await importRun()).settle({ ids, all }));
}

interface All {
  readonly all: boolean;
}
