import type { Channel, Message, Person, SlackStandIn, View } from '../../slack/index.ts';
import { PARTS } from '../people.ts';
import type { PageChannel, PageFile, PageMessage, PagePerson, PageView, WorkspaceSection } from '../protocol.ts';

export function workspaceSection({ workspace }: SlackStandIn): WorkspaceSection {
  const { domain, name = domain } = workspace.seed.team;
  return { name, groups: (workspace.seed.usergroups ?? []).map(({ id, handle }) => ({ id, handle })) };
}

export function peopleSection({ workspace }: SlackStandIn): readonly PagePerson[] {
  return workspace.users().map(({ id, name, realName, isBot = false, deleted = false }) => ({
    id,
    name,
    realName,
    isBot,
    part: PARTS.get(id) ?? null,
    isDeactivated: deleted,
  }));
}

/** The channels on this person's list, with what called the person in each. */
export function channelsSection(slack: SlackStandIn, person: Person): readonly PageChannel[] {
  return visibleChannels(slack, person).map((channel) => ({
    id: channel.id,
    name: channel.kind === 'im' ? slack.workspace.seed.app.name : channel.name,
    kind: channel.kind === 'im' ? 'direct' : channel.kind,
    isArchived: channel.isArchived,
    isMember: channel.members.includes(person.id) && !channel.isArchived,
    calls: person.notifications.filter((one) => one.channel === channel.id).map((one) => ({ ts: one.ts, at: one.at })),
  }));
}

export function visibleChannels({ workspace }: SlackStandIn, person: Person): readonly Channel[] {
  if (workspace.user(person.id)?.deleted === true) return [];
  // The direct channel with the bot is always on the list.
  person.directMessages();
  return workspace.channels().filter((channel) => person.sees(channel));
}

export function channelMessages(
  { workspace }: SlackStandIn,
  person: Person,
  channelId: string,
): readonly PageMessage[] {
  return person.messages(channelId).map((message) => ({
    ts: message.ts,
    user: message.user,
    at: Math.floor(Number(message.ts) * 1000),
    text: message.text,
    blocks: message.blocks,
    attachments: message.attachments ?? [],
    threadTs: message.threadTs ?? null,
    isEdited: message.edited !== undefined,
    isEphemeral: message.ephemeralTo !== undefined,
    isDeleted: message.isTombstone === true,
    files: filesOf(message, workspace),
  }));
}

function filesOf({ fileIds = [] }: Message, { files }: SlackStandIn['workspace']): readonly PageFile[] {
  return fileIds.flatMap((id) => {
    const file = files.get(id);
    if (file === undefined) return [];
    const { name, title, mimetype, size } = file;
    return [{ id, name, title, mimetype, size }];
  });
}

export function viewSection({ id, hash, body, values }: View): PageView {
  return { id, hash, body, values };
}
