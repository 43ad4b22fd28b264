import { setTimeout as pause } from 'node:timers/promises';
import { formatMoney } from '../domain/money.ts';
import type { SimulationResult, Teller } from './simulate.ts';
import { type Message, renderText } from './slack/index.ts';
import type { Stage } from './stage.ts';
import type { ProviderId } from './world/index.ts';

export interface StoryOptions {
  readonly write: (text: string) => void;
  /** Between two paragraphs; 0 tells it at once. */
  readonly paceMs: number;
}

const INDENT = '  │ ';

/** Tells a run as a person in the channel would have lived it: what the thief does, each message, each change of it. */
export function storyTeller({ write, paceMs }: StoryOptions): (stage: Stage) => Teller {
  return (stage) => {
    const paragraphs: string[] = [];
    const told = new Map<string, string>();
    const say = (text: string): void => {
      paragraphs.push(`${clockOf(stage.clock.now())}  ${text}\n`);
    };
    stage.slack.onChange(({ kind, channel, ts, userId }) => {
      if (kind === 'modal' && userId !== undefined) tellModal(stage, userId, { told, say });
      if (channel === undefined || ts === undefined || (kind !== 'posted' && kind !== 'edited')) return;
      const message = messageAt(stage, channel, ts);
      if (message !== undefined) tellMessage(stage, message, { told, say });
    });
    tellProviders(stage, say);
    tellSlack(stage, say);
    for (const leak of stage.world.leaks) {
      stage.clock.timer(leak.firstProbeAt ?? leak.startedAt, () =>
        say(`A stranger tries ${leak.keyName} with one tiny request. Nobody notices.`),
      );
      const rate = formatMoney(leak.usdPerHour * 1_000_000);
      stage.clock.timer(leak.startedAt, () => say(`The theft begins: ${leak.keyName} burns ${rate} an hour.`));
    }
    return {
      async step() {
        for (const paragraph of paragraphs.splice(0)) {
          write(`${paragraph}\n`);
          if (paceMs > 0) await pause(paceMs);
        }
      },
    };
  };
}

/** What the providers themselves do, which nobody at Acme is told. */
function tellProviders(stage: Stage, say: Telling['say']): void {
  for (const { provider, from, to, status } of stage.outages) {
    stage.clock.timer(from, () =>
      say(`${titleOf(stage, provider)} goes down: it answers every request with ${status}.`),
    );
    stage.clock.timer(to, () => say(`${titleOf(stage, provider)} answers again.`));
  }
  for (const { provider, from, to, minutes } of stage.lags) {
    stage.clock.timer(from, () =>
      say(`${titleOf(stage, provider)} falls behind: what is spent shows ${minutes} minutes later.`),
    );
    stage.clock.timer(to, () => say(`${titleOf(stage, provider)} has caught up.`));
  }
}

function tellSlack({ clock, slackOutages }: Stage, say: Telling['say']): void {
  for (const { from, to, status } of slackOutages) {
    clock.timer(from, () => say(`Slack goes down: it answers every request with ${status}, and its socket breaks.`));
    clock.timer(to, () => say('Slack is there again.'));
  }
}

function titleOf(stage: Stage, provider: ProviderId): string {
  return stage.app.deps.providers.get(provider)?.title ?? provider;
}

interface Telling {
  /** What was told of each message and modal last. */
  readonly told: Map<string, string>;
  readonly say: (text: string) => void;
}

/** A new message whole; an edit only when the verdict has changed: each poll changes its figures. */
function tellMessage(stage: Stage, message: Message, { told, say }: Telling): void {
  const text = renderText(message, stage.slack.workspace);
  const [verdict = ''] = text.split('\n');
  const gist = verdict.replaceAll(/[\d.,]+/g, '');
  const id = `${message.channel}/${message.ts}`;
  if (told.get(id) === gist) return;
  const where = message.threadTs === undefined ? '#ai-keys' : '#ai-keys, in the thread';
  say(`${told.has(id) ? `${where}, the message now reads` : where}\n${indented(text)}`);
  told.set(id, gist);
}

function tellModal(stage: Stage, userId: string, { told, say }: Telling): void {
  const person = stage.slack.person(userId);
  const view = person.views.at(-1);
  if (view?.body['submit'] === undefined || told.get(view.id) !== undefined) return;
  told.set(view.id, 'shown');
  const name = stage.slack.workspace.user(userId)?.realName ?? userId;
  say(`${name} wakes up, clicks the button, says why, and submits.`);
}

function messageAt(stage: Stage, channel: string, ts: string): Message | undefined {
  const person = stage.slack.person('U0ANA');
  return person.thread(channel, ts).find((message) => message.ts === ts);
}

/** The sum of it, for the end of the story. */
export function summaryText(result: SimulationResult): string {
  const { lostAtAlertUsd, lostTotalUsd, latencyMinutes, falseAlerts, actions, rootMessages } = result;
  if (result.leakStartedAt === null) {
    return `Nothing was stolen. ${rootMessages} alert${rootMessages === 1 ? '' : 's'} came all the same.`;
  }
  if (lostAtAlertUsd === null) return `The theft was not noticed; ${dollars(lostTotalUsd)} is gone.`;
  const stopped = actions.some(({ verified }) => verified)
    ? `Stopped, and proven by the provider’s word and by usage that stays zero; ${dollars(lostTotalUsd)} lost in all.`
    : actions.some(({ confirmedAt }) => confirmedAt !== null)
      ? `Stopped and read back at the provider; ${dollars(lostTotalUsd)} lost in all.`
      : `Nobody stopped it; ${dollars(lostTotalUsd)} lost in all.`;
  const others =
    falseAlerts === 0 ? '' : ` ${falseAlerts} alert${falseAlerts === 1 ? '' : 's'} on honest keys besides.`;
  return `The alert came ${latencyMinutes} minutes after the theft began, with ${dollars(lostAtAlertUsd)} gone. ${stopped}${others}${blindText(result)}${slackText(result)}`;
}

function blindText({ blind }: SimulationResult): string {
  const usage = blind.filter(({ reading }) => reading === 'usage');
  const spans = usage.map(
    ({ from, to }) => `${clockOf(Date.parse(from))} to ${to === null ? 'the end' : clockOf(Date.parse(to))}`,
  );
  return spans.length === 0 ? '' : ` Usage could not be read from ${spans.join(', and from ')}.`;
}

function slackText({ slackDown, rootMessages, mentions }: SimulationResult): string {
  const spans = slackDown.map(({ from, to }) => `${clockOf(Date.parse(from))} to ${clockOf(Date.parse(to))}`);
  if (spans.length === 0) return '';
  const alerts = rootMessages === 1 ? 'The alert is one message' : `The alert is ${rootMessages} messages`;
  return ` Slack was down from ${spans.join(', and from ')}. ${alerts}; messages that called somebody: ${mentions}.`;
}

function dollars(usd: number | null): string {
  return formatMoney(Math.round((usd ?? 0) * 1_000_000));
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `${INDENT}${line}`)
    .join('\n');
}

function clockOf(at: number): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: 'UTC',
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).format(at);
}
