import type { BlockAction, EnvelopedEvent, SlashCommand, ViewSubmitAction } from '@slack/bolt';
import { AppError, toError } from '../domain/errors.ts';
import type { OutboxRow } from '../ports/outbox.ts';
import { NO_MEMBER } from './authorise.ts';
import type { Identity, SlackContext } from './context.ts';
import { findOwnMessage } from './own-messages.ts';

type OursContext = Pick<SlackContext, 'identity' | 'deps'>;
type ClickContext = OursContext & Pick<SlackContext, 'client'>;

// After a crash there are one or two; more than this is Slack being away.
const LOOKED_UP = 5;

/** Refuses a command that was not meant for this app in this workspace, and known outsiders. */
export async function refuseForeignCommand(context: OursContext, command: SlashCommand): Promise<void> {
  refuseForeignOrigin(context.identity, { appId: command.api_app_id, enterpriseId: command.enterprise_id });
  await refuseKnownOutsider(context, command.user_id);
}

/** Refuses an event of another app or workspace; about whom it is, and what they may see, is looked up later. */
export function refuseForeignEvent(
  { identity }: Pick<OursContext, 'identity'>,
  { api_app_id: appId, team_id: teamId, enterprise_id: enterpriseId }: EnvelopedEvent,
): void {
  refuseForeignOrigin(identity, { appId, teamId, enterpriseId: enterpriseId ?? undefined });
}

/** Refuses a click that is not on a message or a modal of ours. */
export async function refuseForeignClick(context: ClickContext, body: BlockAction): Promise<void> {
  const { identity } = context;
  const { api_app_id: appId, team, enterprise, view } = body;
  refuseForeignOrigin(identity, { appId, teamId: team?.id ?? null, enterpriseId: enterprise?.id });
  if (view !== undefined) refuseForeignView(identity, view);
  else await refuseForeignMessage(context, body);
  await refuseKnownOutsider(context, body.user.id);
}

/** Refuses a modal that is not ours. */
export async function refuseForeignSubmission(context: OursContext, body: ViewSubmitAction): Promise<void> {
  const { api_app_id: appId, team, enterprise, view } = body;
  refuseForeignOrigin(context.identity, { appId, teamId: team?.id ?? null, enterpriseId: enterprise?.id });
  refuseForeignView(context.identity, view);
  await refuseKnownOutsider(context, body.user.id);
}

interface Origin {
  readonly appId: string | undefined;
  /** Left out where the gesture's own team is checked with the person. */
  readonly teamId?: string | null;
  readonly enterpriseId: string | undefined;
}

/** What we do not know of ourselves is not compared; the start has said so in the log. */
function refuseForeignOrigin(identity: Identity, { appId, teamId, enterpriseId }: Origin): void {
  if (identity.appId !== null && appId !== identity.appId) throw foreign(`of app ${appId}`);
  if (teamId !== undefined && teamId !== identity.teamId) throw foreign(`of team ${teamId}`);
  const isOther =
    identity.enterpriseId !== null && enterpriseId !== undefined && enterpriseId !== identity.enterpriseId;
  if (isOther) throw foreign(`of enterprise ${enterpriseId}`);
}

function refuseForeignView({ appId, botId }: Identity, view: { app_id?: string | null; bot_id?: string | null }): void {
  if (appId !== null && view.app_id !== undefined && view.app_id !== appId)
    throw foreign(`in a view of ${view.app_id}`);
  if (view.bot_id !== undefined && view.bot_id !== botId) throw foreign(`in a view of bot ${view.bot_id}`);
}

/**
 * A message that another app posted may carry our action ids; only our own messages have power. Ephemeral ones come
 * without their content, and only we can have posted those with our buttons.
 */
async function refuseForeignMessage(context: ClickContext, body: BlockAction): Promise<void> {
  const { identity, deps } = context;
  if (body.container['is_ephemeral'] === true) return;
  const message = body.message;
  const author = message?.['bot_id'];
  if (author !== identity.botId) throw foreign(`on a message of bot ${author}`);
  const app = message?.['app_id'];
  if (identity.appId !== null && app !== undefined && app !== identity.appId)
    throw foreign(`on a message of app ${app}`);
  const channel = body.channel?.id ?? '';
  // In the direct channel with the bot nobody else posts as the bot.
  if (channel.startsWith('D')) return;
  const known = await deps.store.read.messages.at(channel, message?.ts ?? '');
  if (known !== undefined) return;
  const begun = (await deps.store.read.outbox.begun()).slice(0, LOOKED_UP);
  if (await isOneOf(context, body, begun)) return;
  if (begun.length > 0) throw notYetOnRecord(channel, message?.ts);
  throw new AppError({
    code: 'forbidden',
    message: `click on the message ${channel} ${message?.ts} that is not on record`,
    publicMessage: 'Nothing was done: this message is not on record here any more. `/keys show` has the same buttons.',
  });
}

/** Posted by a try that ended before its place was written down, as when the app was stopped: Slack says what it is. */
async function isOneOf(
  { client, deps }: ClickContext,
  body: BlockAction,
  rows: readonly OutboxRow[],
): Promise<boolean> {
  const channel = body.channel?.id ?? '';
  const ts = body.message?.ts;
  const root = body.message?.['thread_ts'];
  const threadTs = typeof root === 'string' && root !== ts ? root : null;
  try {
    for (const { kind, subjectId, createdAt } of rows) {
      const wanted = { channel, threadTs, subject: `${kind}:${subjectId}`, since: createdAt };
      if ((await findOwnMessage(client, wanted))?.ts === ts) return true;
    }
  } catch (error) {
    deps.logger.info('a clicked message cannot be looked up', { channel, error: toError(error) });
  }
  return false;
}

function notYetOnRecord(channel: string, ts: string | undefined): AppError {
  return new AppError({
    code: 'conflict',
    message: `click on the message ${channel} ${ts} while messages are on their way`,
    publicMessage: 'Nothing was done: Keysteward is still putting its messages in order. Click again in a minute.',
  });
}

/** Guests, strangers and people who left learn nothing, not even from a dialog that asks again. */
async function refuseKnownOutsider({ deps }: OursContext, userId: string): Promise<void> {
  const member = await deps.store.read.members.get(userId);
  if (member === undefined || member.isActiveFullMember) return;
  throw new AppError({
    code: 'forbidden',
    message: `${userId} is no active full member`,
    publicMessage: `Nothing was done: ${NO_MEMBER}.`,
  });
}

function foreign(what: string): AppError {
  return new AppError({
    code: 'forbidden',
    message: `gesture ${what}`,
    publicMessage: 'Nothing was done: this message is not Keysteward’s.',
  });
}
