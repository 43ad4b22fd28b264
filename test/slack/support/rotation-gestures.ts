import { expect } from 'vitest';
import { renderText, renderView } from '../../../src/sandbox/slack/index.ts';
import type { Entries } from '../../../src/sandbox/slack/submission.ts';
import { dueWork } from '../../../src/scheduler/due/index.ts';
import { present } from '../../support/bench-deps.ts';
import type { Running } from './running.ts';

export const CHANNEL = 'ai-keys';

/** Does what is due of itself, carries it out and posts it, until nothing of it is due any more. */
export async function workOff(running: Running): Promise<void> {
  const { deps, clock } = running;
  for (let round = 0; round < 20; round += 1) {
    await running.drain();
    let hasWorked = false;
    for (const work of dueWork) {
      const at = await work.nextDueAt(deps);
      if (at === null || at > clock.now()) continue;
      hasWorked = true;
      await work.run(deps);
    }
    if (!hasWorked) return;
  }
  throw new Error('there is always something due');
}

export async function click(running: Running, userId: string, ts: string, actionId: string): Promise<void> {
  await closeAll(running, userId);
  await running.slack.person(userId).click({ channel: CHANNEL, ts, actionId });
  await running.settled();
}

export async function submit(
  running: Running,
  userId: string,
  entries: Entries,
  { errors = [] }: { errors?: readonly string[] } = {},
): Promise<void> {
  const who = running.slack.person(userId);
  const result = await who.submit(present(who.views.at(-1)).id, entries);
  await running.settled();
  expect(Object.keys(result.errors ?? {})).toEqual(errors);
}

export async function closeAll(running: Running, userId: string): Promise<void> {
  const who = running.slack.person(userId);
  for (const view of [...who.views].reverse()) await who.closeView(view.id);
}

export function page(running: Running, userId: string): string {
  return renderView(present(running.slack.person(userId).views.at(-1)), running.slack.workspace);
}

/** The root messages of rotations, oldest first. */
export function roots(running: Running): readonly string[] {
  return running.slack
    .person('U0ANA')
    .visibleMessages(CHANNEL)
    .filter(({ metadata }) => JSON.stringify(metadata ?? {}).includes('"rotation:'))
    .map(({ ts }) => ts);
}

export function threadOf(running: Running, ts: string): readonly string[] {
  const thread = running.slack.person('U0ANA').thread(CHANNEL, ts);
  return thread.map((message) => renderText(message, running.slack.workspace));
}

export function textOf(running: Running, ts: string): string {
  return threadOf(running, ts)[0] ?? '';
}

export function replies(running: Running, ts: string): readonly string[] {
  return threadOf(running, ts).slice(1);
}

/** The message of a step, by its index. */
export function stepTs(running: Running, root: string, index: number): string {
  return present(running.slack.person('U0ANA').thread(CHANNEL, root)[index + 1]).ts;
}

export function ephemerals(running: Running, userId: string): readonly string[] {
  return running.slack
    .person(userId)
    .visibleMessages(CHANNEL)
    .filter(({ ephemeralTo }) => ephemeralTo === userId)
    .map((message) => renderText(message, running.slack.workspace));
}
