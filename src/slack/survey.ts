import type { Logger as SlackLogger } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import type { RolePolicy } from '../domain/authorise.ts';
import type { Secret } from '../domain/secret.ts';
import { SECOND_MS } from '../domain/time.ts';
import type { Directory } from '../ports/directory.ts';
import { slackDirectory } from './directory.ts';

const TIMEOUT_MS = 8 * SECOND_MS;
const PAGE = 999;
// A workspace with more channels than this is searched by name or id instead of by list.
const MAX_PAGES = 5;
const CHANNEL_ID = /^[CG][A-Z0-9]{2,}$/;
const KINDS = 'public_channel,private_channel';

export interface SurveyOptions {
  readonly apiUrl: string;
  readonly botToken: Secret;
  readonly slackLogger: SlackLogger;
}

/** What Slack says of a bot token. */
export interface SlackSight {
  readonly teamId: string;
  readonly teamName: string;
  readonly botName: string;
  /** Null where Slack does not say. */
  readonly appId: string | null;
  /** Null where Slack does not say. */
  readonly scopes: readonly string[] | null;
}

export interface ChannelSight {
  readonly id: string;
  readonly name: string;
  /** Whether the bot is in it. */
  readonly isMember: boolean;
  readonly isArchived: boolean;
  /** With another organization, or one is invited. */
  readonly isShared: boolean;
}

export interface GroupSight {
  readonly id: string;
  readonly handle: string;
}

/** A look around a workspace before, or beside, the running bot. It reads, once, and changes nothing. */
export interface SlackSurvey {
  sight(): Promise<SlackSight>;
  /** Those the bot is in first, archived ones left out. */
  channels(): Promise<readonly ChannelSight[]>;
  /** `#name` or an id; null: the bot sees none. */
  findChannel(channel: string): Promise<ChannelSight | null>;
  groups(): Promise<readonly GroupSight[]>;
  directory(teamId: string, roles: RolePolicy): Directory;
}

export function slackSurvey(options: SurveyOptions): SlackSurvey {
  const client = clientOf(options);
  return {
    sight: () => readSight(client),
    channels: async () => {
      const own = await pages(client, 'own', { most: MAX_PAGES });
      // What cannot be listed besides may still be named.
      const others = await pages(client, 'all', { most: MAX_PAGES }).catch(() => []);
      const known = new Set(own.map(({ id }) => id));
      return [...own, ...others.filter(({ id }) => !known.has(id))].filter(({ isArchived }) => !isArchived);
    },
    findChannel: (channel) => findChannel(client, channel),
    groups: async () => {
      const { usergroups = [] } = await client.usergroups.list({});
      return usergroups.flatMap(({ id, handle }) => (id === undefined ? [] : [{ id, handle: handle ?? id }]));
    },
    directory: (teamId, roles) => slackDirectory(client, teamId, roles),
  };
}

/** Whether Slack gives a socket for this app-level token; the socket itself is not opened. */
export async function trySocket({ apiUrl, slackLogger }: Omit<SurveyOptions, 'botToken'>, appToken: Secret) {
  await clientOf({ apiUrl, slackLogger, botToken: appToken }).apps.connections.open({});
}

function clientOf({ apiUrl, botToken, slackLogger }: SurveyOptions): WebClient {
  return new WebClient(botToken.reveal(), {
    slackApiUrl: apiUrl,
    logger: slackLogger,
    timeout: TIMEOUT_MS,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  });
}

async function readSight(client: WebClient): Promise<SlackSight> {
  const { team, team_id: teamId = '', user, bot_id: bot, response_metadata } = await client.auth.test();
  const app = bot === undefined ? undefined : await client.bots.info({ bot }).catch(() => undefined);
  return {
    teamId,
    teamName: team ?? teamId,
    botName: user ?? bot ?? '',
    appId: app?.bot?.app_id ?? null,
    scopes: response_metadata?.scopes ?? null,
  };
}

interface SlackChannel {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly is_member?: boolean | undefined;
  readonly is_archived?: boolean | undefined;
  readonly is_ext_shared?: boolean | undefined;
  readonly is_pending_ext_shared?: boolean | undefined;
}

async function findChannel(client: WebClient, channel: string): Promise<ChannelSight | null> {
  if (CHANNEL_ID.test(channel)) return channelOfId(client, channel);
  const name = channel.replace(/^#/, '');
  let archived: ChannelSight | null = null;
  for (const list of ['own', 'all'] as const) {
    const named = (await pages(client, list, { most: Number.POSITIVE_INFINITY, name })).filter(
      (one) => one.name === name,
    );
    const found = named.find((one) => !one.isArchived);
    if (found !== undefined) return found;
    archived ??= named[0] ?? null;
  }
  return archived;
}

async function channelOfId(client: WebClient, id: string): Promise<ChannelSight | null> {
  const { channel } = await client.conversations.info({ channel: id });
  return channel === undefined ? null : toSight(channel, false);
}

/** Page by page; stops at the page that has the wanted name. */
async function pages(client: WebClient, list: 'own' | 'all', { most, name }: Reach): Promise<ChannelSight[]> {
  const found: ChannelSight[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < most; page += 1) {
    const query = { types: KINDS, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
    const answer = list === 'own' ? await client.users.conversations(query) : await client.conversations.list(query);
    const channels = (answer.channels ?? []).flatMap((one) => toSight(one, list === 'own') ?? []);
    found.push(...channels);
    cursor = answer.response_metadata?.next_cursor || undefined;
    if (cursor === undefined || channels.some((one) => one.name === name && !one.isArchived)) break;
  }
  return found;
}

interface Reach {
  readonly most: number;
  readonly name?: string;
}

function toSight(channel: SlackChannel, isOwn: boolean): ChannelSight | null {
  const { id, name, is_member, is_archived, is_ext_shared, is_pending_ext_shared } = channel;
  if (id === undefined) return null;
  return {
    id,
    name: name ?? id,
    isMember: isOwn || is_member === true,
    isArchived: is_archived === true,
    isShared: is_ext_shared === true || is_pending_ext_shared === true,
  };
}
