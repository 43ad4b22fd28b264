import type { WorkspaceSeed } from '../../../src/sandbox/slack/index.ts';
import { defaultWorkspace } from '../../../src/sandbox/slack/index.ts';
import type { KillPoint } from '../support/gate.ts';
import type { Hands } from '../support/hands.ts';

/** A responder. */
export const ANA = 'U0ANA';
/** An admin. */
export const CHRIS = 'U0CHRIS';
/** Owns staging-ci. */
export const DEE = 'U0DEE';

/** Without a guest in the alerts channel, of whom the admins would be told before the story begins. */
export const workspace: WorkspaceSeed = {
  ...defaultWorkspace,
  channels: defaultWorkspace.channels.map((one) => ({
    ...one,
    members: one.members.filter((id) => id !== 'U0GIL'),
  })),
};

/** Fills the form that stands open and sends it off; where a page says that there is none, nothing is done. */
export async function fill(hands: Hands, userId: string, entries: Readonly<Record<string, string>>): Promise<void> {
  const form = await hands.form(userId);
  if (form === undefined) return;
  const values = Object.entries(entries).map(([block, value]) => [block, { value }] as const);
  await hands.submit(userId, form, Object.fromEntries(values));
}

/** What each minute brings is killed at in the story of the leak; once more would only take time. */
export function isOfThisStory({ effect }: KillPoint): boolean {
  return !/^commit: insert (lease|job_runs \(probe-channels)/.test(effect.label);
}
