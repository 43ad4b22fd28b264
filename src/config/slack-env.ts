import { nearestName } from '../domain/nearest.ts';
import type { Secret } from '../domain/secret.ts';
import type { Config, Secrets, SlackCredential, SlackTransport } from './config.ts';
import type { EnvReader, GivenSecret } from './env-reader.ts';
import { kindOf, SLACK_TOKEN_FIX, wrongSlackToken } from './value-checks.ts';
import { DEFAULTS, type SecretVariable } from './variables.ts';

const MAX_PORT = 65_535;
const MODE_FIX =
  'Set SLACK_APP_TOKEN for Socket Mode (no public address needed), or SLACK_SIGNING_SECRET and PORT for HTTP.';

export interface SlackPart {
  readonly config: Config['slack'];
  readonly secrets: Secrets['slack'];
}

/** Slack's variables. Undefined when something is missing; the reader then holds the faults. */
export function readSlack(reader: EnvReader): SlackPart | undefined {
  const address = reader.address('SLACK_API_URL', DEFAULTS.SLACK_API_URL);
  const botToken = readToken(reader, 'SLACK_BOT_TOKEN', 'xoxb-');
  if (!reader.has('SLACK_BOT_TOKEN')) complainMissing(reader, 'SLACK_BOT_TOKEN', SLACK_TOKEN_FIX['xoxb-']);
  const port = readPort(reader);
  const mode = readMode(reader, port);
  if (botToken === undefined || mode === undefined) return undefined;
  return {
    config: { address, transport: mode.transport },
    secrets: { botToken: botToken.secret, credential: mode.credential },
  };
}

/** The bot token by itself, whatever else is missing. */
export function readBotToken(reader: EnvReader): Secret | undefined {
  return readToken(reader, 'SLACK_BOT_TOKEN', 'xoxb-')?.secret;
}

/** The app-level token or the signing secret by itself. */
export function readCredential(reader: EnvReader): SlackCredential | undefined {
  return readMode(reader, readPort(reader))?.credential;
}

function readToken(reader: EnvReader, name: SecretVariable, prefix: 'xoxb-' | 'xapp-'): GivenSecret | undefined {
  const token = reader.secret(name);
  const wrong = token && wrongSlackToken(prefix, token.secret.reveal());
  if (token === undefined || wrong === undefined) return token;
  reader.complain(token.where, wrong);
  return undefined;
}

interface Mode {
  readonly transport: SlackTransport;
  readonly credential: SlackCredential;
}

function readMode(reader: EnvReader, port: number | undefined): Mode | undefined {
  const appToken = readToken(reader, 'SLACK_APP_TOKEN', 'xapp-');
  const signingSecret = readSigningSecret(reader);
  const socket = reader.has('SLACK_APP_TOKEN');
  const http = reader.has('SLACK_SIGNING_SECRET');
  if (socket && http) {
    const fix = 'Keep SLACK_APP_TOKEN for Socket Mode or SLACK_SIGNING_SECRET for HTTP, and remove the other.';
    reader.complain('SLACK_SIGNING_SECRET', { problem: 'is set together with SLACK_APP_TOKEN', fix });
    return undefined;
  }
  if (!socket && !http) {
    complainMissing(reader, 'SLACK_APP_TOKEN', MODE_FIX);
    return undefined;
  }
  if (appToken !== undefined) {
    const transport = { kind: 'socket', healthPort: port } as const;
    return { transport, credential: { kind: 'socket', appToken: appToken.secret } };
  }
  if (http && !reader.has('PORT')) {
    reader.complain('PORT', {
      problem: 'is missing, and SLACK_SIGNING_SECRET asks for HTTP',
      fix: 'Write the port that Slack requests arrive on, for instance 3000.',
    });
  }
  if (signingSecret === undefined || port === undefined) return undefined;
  return { transport: { kind: 'http', port }, credential: { kind: 'http', signingSecret: signingSecret.secret } };
}

function readSigningSecret(reader: EnvReader): GivenSecret | undefined {
  const given = reader.secret('SLACK_SIGNING_SECRET');
  const kind = given && kindOf(given.secret.reveal());
  if (given === undefined || kind === undefined) return given;
  const fix = 'Copy the Signing Secret, which has no prefix, from the app page, Basic Information.';
  reader.complain(given.where, { problem: `is ${kind}`, fix });
  return undefined;
}

function readPort(reader: EnvReader): number | undefined {
  const text = reader.text('PORT');
  if (text === undefined) return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : MAX_PORT + 1;
  if (port <= MAX_PORT) return port;
  reader.complain('PORT', {
    problem: 'is not a port number',
    fix: `Write a whole number from 1 to ${MAX_PORT}, or 0 for any free port.`,
  });
  return undefined;
}

function complainMissing(reader: EnvReader, name: SecretVariable, fix: string): void {
  const others = Object.keys(reader.env).filter((other) => !reader.used.has(other) && other.startsWith('SLACK_'));
  const meant = nearestName(name, others);
  reader.complain(name, {
    problem: 'is missing',
    fix: meant === undefined ? fix : `${fix} Did you mean it by ${meant}?`,
  });
}
