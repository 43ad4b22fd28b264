import { onTestFinished } from 'vitest';
import type { Overrides } from '../../../src/app.ts';
import { HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import type { Logger } from '../../../src/ports/logger.ts';
import type { Message, Person } from '../../../src/sandbox/slack/index.ts';
import { renderText, renderView } from '../../../src/sandbox/slack/index.ts';
import type { Entries } from '../../../src/sandbox/slack/submission.ts';
import { openStage, type Stage, type StageOptions } from '../../../src/sandbox/stage.ts';
import { leakWeekend, type ProviderId, type Scenario, type WorldLeak } from '../../../src/sandbox/world/index.ts';
import { recordingLogger } from '../../providers/support/recording-logger.ts';
import { present } from '../../support/bench-deps.ts';

export const CHANNEL = 'ai-keys';

/** The leak of the weekend, told from shortly before it begins: the hours before are history to be read. */
export const shortNight: Scenario = { ...leakWeekend, startAt: leakWeekend.startAt + 1.75 * HOUR_MS };

type Chosen = 'scenario' | 'openai' | 'anthropic' | 'policy' | 'outlets';

export interface NightOptions extends Partial<Pick<StageOptions, Chosen>> {
  readonly provider: ProviderId;
  /** False where the test closes the stage itself. */
  readonly closes?: boolean;
  readonly access?: 'full' | 'read';
  readonly eventLogs?: 'on' | 'off';
  readonly logger?: Logger;
  readonly overrides?: Overrides;
}

/** A leak at five-minute polls and five minutes of lag, with everything closed when the test ends. */
export async function openNight({ closes = true, ...options }: NightOptions): Promise<Stage> {
  const logger = recordingLogger();
  const stage = await openStage({ scenario: shortNight, seed: 1, pollMinutes: 5, lagMinutes: 5, logger, ...options });
  if (closes) onTestFinished(() => stage.close());
  return stage;
}

export function leakOf(stage: Stage): WorldLeak {
  return present(stage.world.leaks[0]);
}

/** Plays until the channel shows an alert about the leaking key, and returns its message. */
export async function playToAlert(stage: Stage): Promise<Message> {
  const deadline = leakOf(stage).startedAt + 2 * HOUR_MS;
  // A new model is a word in the channel before it spends.
  const spends = async () => (await leakRoots(stage)).find(({ text }) => text.includes(' is spending '));
  await stage.playUntil(deadline, async () => (await spends()) === undefined);
  return present(await spends());
}

/** What the channel shows about the leaking key, replies left out. */
export async function leakRoots(stage: Stage): Promise<readonly Message[]> {
  const { read } = stage.app.deps.store;
  const keys = await read.keys.all();
  const lineageId = keys.find(({ providerKeyId }) => providerKeyId === leakOf(stage).keyId)?.lineageId;
  const roots: Message[] = [];
  for (const message of person(stage, 'U0ANA').visibleMessages(CHANNEL)) {
    const record = await read.messages.at(message.channel, message.ts);
    if (record === undefined || record.kind !== 'alert') continue;
    const alert = await read.alerts.get(record.subjectId);
    if (alert !== undefined && alert.lineageId === lineageId) roots.push(message);
  }
  return roots;
}

export async function leakKey(stage: Stage) {
  const keys = await stage.app.deps.store.read.keys.all();
  return present(keys.find(({ providerKeyId }) => providerKeyId === leakOf(stage).keyId));
}

/** What thieves spent on the key in truth, whatever anybody shows. */
export function stolenUsd(stage: Stage, from: number, to: number): number {
  return stage.world.truth.stolenMicroUsd({ keyId: leakOf(stage).keyId, from, to }) / 1_000_000;
}

export function person(stage: Stage, userId: string): Person {
  return stage.slack.person(userId);
}

/** The message as it stands now, and the replies below it. */
export function threadTexts(stage: Stage, { ts }: Message): readonly string[] {
  const thread = person(stage, 'U0ANA').thread(CHANNEL, ts);
  return thread.map((message) => renderText(message, stage.slack.workspace));
}

/** Clicks a button and returns what the modal says in the end. */
export async function clickAndRead(
  stage: Stage,
  userId: string,
  click: { ts: string; actionId: string; option?: string },
): Promise<string> {
  const who = person(stage, userId);
  await stage.during(() => who.click({ channel: 'C0AIKEYS', ...click }));
  await stage.settle();
  return renderView(present(who.views.at(-1)), stage.slack.workspace);
}

/** Sends the modal on top off and gives the page that stands in the end. */
export async function submit(stage: Stage, userId: string, entries: Entries) {
  const who = person(stage, userId);
  const view = present(who.views.at(-1));
  const result = await stage.during(() => who.submit(view.id, entries));
  await stage.settle();
  return { errors: result.errors, page: renderView(present(who.views.at(-1)), stage.slack.workspace) };
}

/** Types a slash command and returns what only this person sees. */
export async function ask(stage: Stage, userId: string, line: string): Promise<string> {
  const who = person(stage, userId);
  const own = () => who.visibleMessages(CHANNEL).filter(({ ephemeralTo }) => ephemeralTo === userId);
  const before = own().length;
  await stage.during(() => who.command(line, CHANNEL));
  await stage.settle();
  return renderText(present(own()[before]), stage.slack.workspace);
}

export const minutes = (count: number): number => count * MINUTE_MS;
