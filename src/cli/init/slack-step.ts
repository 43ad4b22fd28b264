import { readManifest } from '../../config/manifest.ts';
import { kindOf, wrongSlackToken } from '../../config/value-checks.ts';
import type { Secret } from '../../domain/secret.ts';
import { type SlackSight, type SlackSurvey, slackSurvey, trySocket } from '../../slack/survey.ts';
import { slackTrouble } from '../../slack/trouble.ts';
import { readTextFile } from '../../system/files.ts';
import { silentSlackLogger } from '../doctor/silent.ts';
import { type SecretQuestion, type Session, settleSecret, type Tried } from './session.ts';

const SIGNING_SECRET = 'SLACK_SIGNING_SECRET';
const APP_TOKEN = 'SLACK_APP_TOKEN';

/** The workspace, once its bot token has been accepted. */
export interface Workspace {
  readonly survey: SlackSurvey;
  readonly sight: SlackSight;
}

/** The Slack app: its bot token, and how events reach us. Null: skipped, or Slack cannot be reached. */
export async function slackStep(session: Session): Promise<Workspace | null> {
  const { say, draft } = session;
  say('\n1 of 4  Slack');
  if (draft.present('SLACK_BOT_TOKEN') === undefined) say(appSteps());
  const token = await settleSecret(session, botTokenQuestion(draft.apiUrl));
  if (token === null) say('  Left out: Keysteward cannot start without SLACK_BOT_TOKEN.');
  await wayIn(session);
  if (token === null || token.found === null) return null;
  return { survey: surveyOf(draft.apiUrl, token.secret), sight: token.found };
}

export function surveyOf(apiUrl: string, botToken: Secret): SlackSurvey {
  return slackSurvey({ apiUrl, botToken, slackLogger: silentSlackLogger });
}

function appSteps(): string {
  const manifest = readManifest(readTextFile);
  const make =
    manifest === null
      ? 'Open https://api.slack.com/apps?new_app=1, choose “From a manifest” and paste manifest.yml of the source.'
      : `Open this address (or https://api.slack.com/apps?new_app=1, “From a manifest”, and paste ${manifest.path}):\n\n${manifest.link}\n`;
  return [
    `a. ${make}`,
    'b. Choose your workspace, Create, then Install App. Copy the Bot User OAuth Token (xoxb-…) from OAuth & Permissions.',
    'c. Basic Information, App-Level Tokens: make one with the scope connections:write (xapp-…).',
    '',
  ].join('\n');
}

function botTokenQuestion(apiUrl: string): SecretQuestion<SlackSight> {
  return {
    name: 'SLACK_BOT_TOKEN',
    title: 'bot token',
    message: 'Bot token (xoxb-…, hidden; empty to skip):',
    check: (value) => wrongSlackToken('xoxb-', value),
    attempt: (secret) =>
      attempt(apiUrl, async () => {
        const sight = await surveyOf(apiUrl, secret).sight();
        return { found: sight, told: `Accepted: @${sight.botName} in ${sight.teamName}.` };
      }),
  };
}

async function wayIn(session: Session): Promise<void> {
  const { ask, draft } = session;
  const isHttp = draft.present(SIGNING_SECRET) !== undefined;
  if (draft.isFixed(APP_TOKEN) || draft.isFixed(SIGNING_SECRET)) {
    await (isHttp ? httpWay(session) : socketWay(session));
    return;
  }
  const choices = [
    { value: 'socket', name: 'Socket Mode', description: 'No public address needed.' },
    { value: 'http', name: 'HTTP', description: 'Slack calls a public address of yours: docs/install.md.' },
  ] as const;
  const way = await ask.select('How do Slack’s events reach Keysteward?', choices, isHttp ? 'http' : 'socket');
  const isSet = await (way === 'socket' ? socketWay(session) : httpWay(session));
  if (isSet) draft.setSecret(way === 'socket' ? SIGNING_SECRET : APP_TOKEN, null);
}

async function socketWay(session: Session): Promise<boolean> {
  const { apiUrl } = session.draft;
  const answer = await settleSecret(session, {
    name: APP_TOKEN,
    title: 'app-level token',
    message: 'App-level token (xapp-…, hidden; empty to skip):',
    check: (value) => wrongSlackToken('xapp-', value),
    attempt: (secret) =>
      attempt(apiUrl, async () => {
        await trySocket({ apiUrl, slackLogger: silentSlackLogger }, secret);
        return { found: null, told: 'Accepted: Slack gives a socket.' };
      }),
  });
  return answer !== null;
}

async function httpWay(session: Session): Promise<boolean> {
  const { ask, say, draft } = session;
  const answer = await settleSecret(session, {
    name: SIGNING_SECRET,
    title: 'signing secret',
    message: 'Signing secret (Basic Information, hidden; empty to skip):',
    check: (value) => {
      const kind = kindOf(value);
      return kind === undefined ? undefined : { problem: `is ${kind}`, fix: 'The signing secret has no prefix.' };
    },
    attempt: async () => ({ kind: 'accepted', found: null, told: 'Only a request of Slack’s can prove it.' }),
  });
  if (answer === null) return false;
  while (!draft.isFixed('PORT')) {
    const port = await ask.text('Port that Slack’s requests arrive on:', draft.reader.text('PORT') ?? '3000');
    if (/^\d{1,5}$/.test(port) && Number(port) <= 65_535) {
      draft.set('PORT', port);
      break;
    }
    say('  Write a whole number from 1 to 65535.');
  }
  return true;
}

async function attempt<Found>(
  apiUrl: string,
  work: () => Promise<{ readonly found: Found; readonly told: string }>,
): Promise<Tried<Found>> {
  try {
    return { kind: 'accepted', ...(await work()) };
  } catch (error) {
    const { kind, what, remedy } = slackTrouble(error, apiUrl);
    return { kind: kind === 'refused' ? 'refused' : 'unreachable', told: `${what}. ${remedy}` };
  }
}
