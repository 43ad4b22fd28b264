import { InvalidArgumentError } from 'commander';
import { plural } from '../domain/time.ts';
import type { Store } from '../ports/store.ts';
import { listReview, type MessageToReview, type Review } from '../services/review/list-review.ts';
import { dismiss, doAction, type ReviewRequest, sendAgain } from '../services/review/settle-review.ts';
import { systemClock } from '../system/clock.ts';
import { systemIds } from '../system/ids.ts';
import { cliActor, openOwnStore } from './installation.ts';
import { minuteText, out, printable } from './output.ts';

const SOON = 'A running bot takes it up within a minute.';

export interface Chosen {
  readonly ids: readonly string[];
  readonly all: boolean;
}

export function list(): Promise<void> {
  return withStore(async (store) => out(reviewText(await listReview({ store }))));
}

export function send(chosen: Chosen): Promise<void> {
  return withStore(async (store) => {
    const count = await sendAgain(depsOn(store), requestOf(chosen));
    out(
      count === 0 ? 'There is no message to send again.\n' : `To be sent again: ${plural(count, 'message')}. ${SOON}\n`,
    );
  });
}

export function carryOut(id: string): Promise<void> {
  return withStore(async (store) => {
    const { kind } = await doAction(depsOn(store), { actor: cliActor(), id });
    out(`To be carried out: ${kind} (${id}). ${SOON}\n`);
  });
}

export function settle(chosen: Chosen): Promise<void> {
  return withStore(async (store) => {
    const { messages, actions } = await dismiss(depsOn(store), requestOf(chosen));
    out(`Dismissed: ${plural(messages, 'message')}, ${plural(actions, 'action')}.\n`);
  });
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

function requestOf({ ids, all }: Chosen): ReviewRequest {
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
