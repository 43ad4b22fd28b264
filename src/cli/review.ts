import { type Command, InvalidArgumentError } from 'commander';
import { plural } from '../domain/time.ts';
import type { Store } from '../ports/store.ts';
import { listReview, type MessageToReview, type Review } from '../services/review/list-review.ts';
import { dismiss, doAction, type ReviewRequest, sendAgain } from '../services/review/settle-review.ts';
import { systemClock } from '../system/clock.ts';
import { systemIds } from '../system/ids.ts';
import { cliActor, openOwnStore } from './installation.ts';
import { minuteText, out, printable } from './output.ts';

const SOON = 'A running bot takes it up within a minute.';

export function addReviewCommands(program: Command): void {
  const review = program
    .command('review')
    .description('messages that were given up and actions that failed, and what to do with them (docs/operations.md)')
    .action(() => withStore(async (store) => out(reviewText(await listReview({ store })))));

  review
    .command('send')
    .description('send messages again that were given up')
    .argument('[id...]', 'from the list')
    .option('--all', 'all of them', false)
    .action((ids: readonly string[], options: { readonly all: boolean }) =>
      withStore(async (store) => {
        const count = await sendAgain(depsOn(store), requestOf(ids, options));
        out(
          count === 0
            ? 'There is no message to send again.\n'
            : `To be sent again: ${plural(count, 'message')}. ${SOON}\n`,
        );
      }),
    );

  review
    .command('do')
    .description('carry an action out that failed, if its key is still what it was')
    .argument('<id>', 'from the list')
    .action((id: string) =>
      withStore(async (store) => {
        const { kind } = await doAction(depsOn(store), { actor: cliActor(), id });
        out(`To be carried out: ${kind} (${id}). ${SOON}\n`);
      }),
    );

  review
    .command('dismiss')
    .description('settle messages and actions without sending or doing them')
    .argument('[id...]', 'from the list')
    .option('--all', 'all of them', false)
    .action((ids: readonly string[], options: { readonly all: boolean }) =>
      withStore(async (store) => {
        const { messages, actions } = await dismiss(depsOn(store), requestOf(ids, options));
        out(`Dismissed: ${plural(messages, 'message')}, ${plural(actions, 'action')}.\n`);
      }),
    );
}

async function withStore(run: (store: Store) => Promise<void>): Promise<void> {
  const store = openOwnStore();
  try {
    await run(store);
  } finally {
    await store.close();
  }
}

function depsOn(store: Store) {
  return { store, clock: systemClock, ids: systemIds };
}

function requestOf(ids: readonly string[], { all }: { readonly all: boolean }): ReviewRequest {
  if (all === ids.length > 0) {
    throw new InvalidArgumentError('error: give the ids of what you mean, or --all. keysteward review shows them.');
  }
  return { actor: cliActor(), ids: all ? 'all' : ids };
}

function reviewText({ messages, actions }: Review): string {
  if (messages.length + actions.length === 0) return 'There is nothing to review.\n';
  const lines = [`To review: ${plural(messages.length, 'message')}, ${plural(actions.length, 'action')}.`];
  for (const message of messages) lines.push(...itemLines(message, 'given up'));
  for (const action of actions) {
    lines.push(...itemLines(action, 'asked'));
    lines.push(`  by ${printable(action.requestedBy)}: ${printable(action.reason)}`);
    if (action.obstacle !== null) lines.push(`  can only be dismissed: ${printable(action.obstacle)}`);
  }
  lines.push('');
  if (messages.length > 0) lines.push('keysteward review send ID…      sends messages again (--all: all of them)');
  if (actions.length > 0) lines.push('keysteward review do ID         carries an action out');
  lines.push('keysteward review dismiss ID…   settles them without that (--all: all of them)');
  return `${lines.join('\n')}\n`;
}

function itemLines({ id, about, since, problem }: MessageToReview, began: string): readonly string[] {
  return ['', `${id}  ${printable(about)}`, `  ${began} ${minuteText(since)}: ${printable(problem)}`];
}
