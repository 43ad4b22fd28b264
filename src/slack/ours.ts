import type { BlockAction, EnvelopedEvent, SlashCommand, ViewSubmitAction } from '@slack/bolt';
import { AppError } from '../domain/errors.ts';
import { NO_MEMBER } from './authorise.ts';
import type { Identity, SlackContext } from './context.ts';

type OursContext = Pick<SlackContext, 'identity' | 'deps'>;

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
export async function refuseForeignClick(context: OursContext, body: BlockAction): Promise<void> {
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
async function refuseForeignMessage({ identity, deps }: OursContext, body: BlockAction): Promise<void> {
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
  throw new AppError({
    code: 'forbidden',
    message: `click on the message ${channel} ${message?.ts} that is not on record`,
    publicMessage: 'Nothing was done: this message is not on record here any more. `/keys show` has the same buttons.',
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
