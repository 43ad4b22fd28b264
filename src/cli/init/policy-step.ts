import type { Policy } from '../../domain/policy.ts';
import type { ChannelSight } from '../../slack/survey.ts';
import { slackTrouble } from '../../slack/trouble.ts';
import { printable } from '../output.ts';
import type { Choice } from './ask.ts';
import type { Session } from './session.ts';
import type { Workspace } from './slack-step.ts';

const DONE = 'done';
const PERSON = /^[UW][A-Z0-9]{2,}$/;
const PERSON_OR_GROUP = /^[UWS][A-Z0-9]{2,}$/;
const CHANNEL = /^(?:#\S{1,80}|[CG][A-Z0-9]{2,})$/;

/** Where alerts go and who may act. Without a workspace to choose from, ids are typed. */
export async function placesStep(session: Session, workspace: Workspace | null): Promise<void> {
  session.say('\n3 of 4  Where alerts go, and who may act');
  const present = session.draft.presentPolicy;
  const choices = workspace === null ? null : await choicesOf(session, workspace);
  const alertsChannel = await channelOf(session, choices?.channels ?? null, present);
  const admins = await peopleOf(session, {
    role: 'admin',
    meaning: 'Admins may do everything, and approve what is for good.',
    choices: choices?.people ?? null,
    present: present?.roles.admins ?? [],
    form: PERSON,
    least: 1,
  });
  const responders = await peopleOf(session, {
    role: 'responder',
    meaning: 'Responders are called at alerts, and may suspend, restore and revoke: people or user groups.',
    choices: choices === null ? null : [...choices.groups, ...choices.people],
    present: present?.roles.responders ?? [],
    form: PERSON_OR_GROUP,
    least: 0,
  });
  session.draft.policy = { ...session.draft.policy, alertsChannel, admins, responders };
}

interface Choices {
  readonly channels: readonly ChannelSight[];
  readonly people: readonly Choice<string>[];
  readonly groups: readonly Choice<string>[];
}

async function choicesOf(session: Session, { survey, sight }: Workspace): Promise<Choices | null> {
  try {
    const directory = survey.directory(sight.teamId, { admins: [], responders: [], viewers: null });
    const [channels, members, groups] = await Promise.all([
      survey.channels(),
      directory.members(),
      // User groups are a paid feature: without them there are people.
      survey.groups().catch(() => []),
    ]);
    const people = members
      .filter(({ isActiveFullMember }) => isActiveFullMember)
      .map(({ userId, name, email }) => ({
        value: userId,
        name: printable(email === null ? name : `${name} (${email})`),
      }));
    return {
      channels,
      people,
      groups: groups.map(({ id, handle }) => ({ value: id, name: `@${printable(handle)} (user group)` })),
    };
  } catch (error) {
    const { what, remedy } = slackTrouble(error, session.draft.apiUrl);
    session.say(`  The workspace cannot be listed: ${what}. ${remedy}`);
    return null;
  }
}

async function channelOf(
  { ask, say }: Session,
  channels: readonly ChannelSight[] | null,
  present: Policy | undefined,
): Promise<string> {
  const standing = present?.channels.alerts;
  if (channels === null || channels.length === 0) return typedChannel({ ask, say }, standing);
  const found = channels.find(({ id, name }) => standing === id || standing === `#${name}`);
  const choices = channels.map(({ id, name, isMember, isShared }) => ({
    value: id,
    name: `#${printable(name)}`,
    ...(isMember ? {} : { description: 'The bot is not in it yet.' }),
    ...(isShared ? { disabled: '(shared with another organization)' } : {}),
  }));
  const id = await ask.search('Channel for alerts (type to search):', choices, found?.id);
  const chosen = channels.find((one) => one.id === id);
  if (chosen?.isMember === false) say(`  Write in #${printable(chosen.name)}: /invite @keysteward`);
  // What stands there as an id stays one.
  return chosen === undefined || (chosen.id === found?.id && standing !== undefined)
    ? (standing ?? id)
    : `#${chosen.name}`;
}

async function typedChannel({ ask, say }: Pick<Session, 'ask' | 'say'>, standing: string | undefined): Promise<string> {
  for (;;) {
    const channel = (await ask.text('Channel for alerts, such as #ai-keys:', standing ?? '#ai-keys')).trim();
    if (CHANNEL.test(channel)) return channel;
    say('  Write a name such as #ai-keys, or an id such as C0123456789.');
  }
}

interface RoleQuestion {
  readonly role: string;
  readonly meaning: string;
  readonly choices: readonly Choice<string>[] | null;
  readonly present: readonly string[];
  readonly form: RegExp;
  readonly least: number;
}

async function peopleOf(session: Session, question: RoleQuestion): Promise<readonly string[]> {
  const { ask, say } = session;
  const { role, meaning, choices, present } = question;
  say(`  ${meaning}`);
  const nameOf = (id: string) => choices?.find(({ value }) => value === id)?.name ?? id;
  if (present.length > 0 && (await ask.confirm(`Keep the ${role}s ${present.map(nameOf).join(', ')}?`, true)))
    return present;
  return choices === null ? typedIds(session, question) : pickedIds(session, question, choices);
}

async function pickedIds(
  { ask }: Session,
  { role, least }: RoleQuestion,
  choices: readonly Choice<string>[],
): Promise<readonly string[]> {
  const picked: string[] = [];
  for (;;) {
    const left = choices.filter(({ value }) => !picked.includes(value));
    const end = picked.length < least ? [] : [{ value: DONE, name: picked.length === 0 ? 'nobody' : 'no more' }];
    if (left.length === 0) return picked;
    const message = picked.length === 0 ? `First ${role} (type to search):` : `Another ${role} (type to search):`;
    const choice = await ask.search(message, [...end, ...left]);
    if (choice === DONE) return picked;
    picked.push(choice);
  }
}

async function typedIds({ ask, say }: Session, { role, form, least }: RoleQuestion): Promise<readonly string[]> {
  for (;;) {
    const text = await ask.text(
      `Member ids of the ${role}s (profile, three dots, Copy member ID), with commas between:`,
    );
    const ids = text.split(/[\s,]+/).filter((id) => id !== '');
    if (ids.length >= least && ids.every((id) => form.test(id))) return ids;
    say(`  Write ${least === 0 ? 'none, or ' : 'at least '}one id such as U0123456789.`);
  }
}
