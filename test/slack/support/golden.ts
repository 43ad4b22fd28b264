import type { KnownBlock, View } from '@slack/types';
import { expect } from 'vitest';
import type { WorkspaceView } from '../../../src/sandbox/slack/index.ts';
import { defaultWorkspace, renderText, renderView } from '../../../src/sandbox/slack/index.ts';
import { assertMessage, assertView } from '../../../src/sandbox/slack/strictness/index.ts';
import { Workspace } from '../../../src/sandbox/slack/workspace.ts';
import type { Rendered } from '../../../src/slack/views/blocks.ts';
import { HandClock } from '../../sandbox/slack/stand-in.ts';

const FOLDER = new URL('../../fixtures/views/', import.meta.url).pathname;
export const workspace: WorkspaceView = new Workspace({
  clock: new HandClock(),
  seed: defaultWorkspace,
  nextId: (prefix) => prefix,
});

/** The message as people see it, and the payload as Slack gets it, against the files of this name. */
export async function expectMessage(name: string, rendered: Rendered): Promise<void> {
  assertMessage(rendered);
  assertMessage(rendered, 'update');
  await expect(`${seen(rendered)}\n`).toMatchFileSnapshot(`${FOLDER}${name}.txt`);
  await expect(json(rendered)).toMatchFileSnapshot(`${FOLDER}${name}.json`);
}

export async function expectView(name: string, view: View): Promise<void> {
  assertView(view);
  await expect(`${seenView(view)}\n`).toMatchFileSnapshot(`${FOLDER}${name}.txt`);
  await expect(json(view)).toMatchFileSnapshot(`${FOLDER}${name}.json`);
}

/** What the channel shows. */
export function seen({ text, blocks }: { text: string; blocks: readonly KnownBlock[] }): string {
  return renderText({ channel: 'C0AIKEYS', ts: '1.0', user: 'U0KEYBOT', text, blocks: asJson(blocks) }, workspace);
}

/** What the notification and a screen reader say. */
export function spoken({ text }: { text: string }): string {
  return seen({ text, blocks: [] });
}

export function seenView(view: View): string {
  const body = asJson([view])[0] ?? {};
  return renderView({ id: 'V1', userId: 'U0ANA', hash: 'h', rootViewId: 'V1', body, values: {} }, workspace);
}

function asJson(value: readonly unknown[]): Record<string, unknown>[] {
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>[];
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
