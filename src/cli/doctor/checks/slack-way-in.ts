import type { SlackCredential } from '../../../config/config.ts';
import { trySocket } from '../../../slack/survey.ts';
import { slackTrouble } from '../../../slack/trouble.ts';
import { type Check, fault, ok, type Surroundings, skipped, warning } from '../check.ts';
import { silentSlackLogger } from '../silent.ts';

const APP_TOKEN = 'Slack app-level token';
const SIGNING = 'Slack signing secret';
// Slack writes the app's id into its app-level tokens: xapp-1-A0123456789-…
const APP_OF_TOKEN = /^xapp-\d+-(A[A-Z0-9]{6,})-/;
const SIGNING_FORM = /^[0-9a-f]{32}$/;

/** How Slack's events reach us: the socket is asked for and not opened; a signing secret cannot be tried. */
export const slackWayIn: Check = {
  subject: 'Slack way in',
  async run(surroundings) {
    const { credential } = surroundings.parts;
    if (credential === undefined) return [skipped('Slack way in', 'neither Socket Mode nor HTTP is set up')];
    return [credential.kind === 'socket' ? await socketLine(surroundings, credential) : signingLine(credential)];
  },
};

async function socketLine({ parts, sight }: Surroundings, { appToken }: Extract<SlackCredential, { kind: 'socket' }>) {
  const { url } = parts.slackAddress;
  try {
    await trySocket({ apiUrl: url, slackLogger: silentSlackLogger }, appToken);
  } catch (error) {
    const { what, remedy } = slackTrouble(error, url);
    const needs = /missing_scope|lacks/.test(what)
      ? 'The token needs connections:write: make a new one under Basic Information.'
      : remedy;
    return fault({ subject: APP_TOKEN, what }, needs);
  }
  const tokenApp = APP_OF_TOKEN.exec(appToken.reveal())?.[1];
  const botApp = (await sight)?.appId;
  if (tokenApp !== undefined && botApp && tokenApp !== botApp) {
    const what = `belongs to the app ${tokenApp}, the bot token to ${botApp}`;
    return fault({ subject: APP_TOKEN, what }, 'Take both from the page of the same app.');
  }
  return ok(APP_TOKEN, 'accepted: Slack gives a socket');
}

function signingLine({ signingSecret }: Extract<SlackCredential, { kind: 'http' }>) {
  if (SIGNING_FORM.test(signingSecret.reveal())) {
    return ok(SIGNING, 'in the right form; only a request of Slack’s can prove it');
  }
  const what = 'is not 32 hexadecimal digits, as Slack makes them';
  return warning({ subject: SIGNING, what }, 'Copy it again from the app page, Basic Information.');
}
