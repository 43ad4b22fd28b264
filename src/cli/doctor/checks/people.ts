import { mapInFlight } from '../../../domain/in-flight.ts';
import type { Policy } from '../../../domain/policy.ts';
import type { Directory } from '../../../ports/directory.ts';
import { slackCode } from '../../../slack/slack-error.ts';
import { slackTrouble } from '../../../slack/trouble.ts';
import { type Check, fault, type Line, ok, skipped, warning } from '../check.ts';

const SUBJECT = 'people';
// A person is looked up alone: one group that is gone would make everybody unknown.
const NO_ROLES = { admins: [], responders: [], viewers: null };
const UNKNOWN: ReadonlySet<string> = new Set([
  'user_not_found',
  'user_not_visible',
  'no_such_subteam',
  'subteam_not_found',
]);

/** Whether those whom policy.yml names are there and may act. */
export const people: Check = {
  subject: SUBJECT,
  async run({ parts, slack, sight }) {
    const { policy } = parts;
    if (policy === undefined) return [skipped(SUBJECT, 'there is no usable policy')];
    const seen = await sight;
    if (slack === undefined || seen === null) return [skipped(SUBJECT, 'Slack does not let us in')];
    try {
      return peopleLines(policy, await lookUp(slack.directory(seen.teamId, NO_ROLES), namedIn(policy)));
    } catch (error) {
      const { what, remedy } = slackTrouble(error, parts.slackAddress.url);
      return [fault({ subject: SUBJECT, what }, remedy)];
    }
  },
};

/** Id → the places in policy.yml that name it. */
type Named = ReadonlyMap<string, readonly string[]>;

function namedIn({ roles, owners }: Policy): Named {
  const places = [
    ...roles.admins.map((id) => [id, 'roles.admins'] as const),
    ...roles.responders.map((id) => [id, 'roles.responders'] as const),
    ...(roles.viewers ?? []).map((id) => [id, 'roles.viewers'] as const),
    ...owners.map(({ slackUserId }) => [slackUserId, 'owners'] as const),
  ];
  const named = new Map<string, readonly string[]>();
  for (const [id, place] of places) named.set(id, [...new Set([...(named.get(id) ?? []), place])]);
  return named;
}

interface Looked {
  readonly id: string;
  readonly places: readonly string[];
  /** Why nobody can act under this id; null: somebody can. */
  readonly problem: string | null;
}

function lookUp(directory: Directory, named: Named): Promise<readonly Looked[]> {
  return mapInFlight([...named], async ([id, places]) => {
    try {
      return {
        id,
        places,
        problem: id.startsWith('S') ? await groupProblem(directory, id) : await personProblem(directory, id),
      };
    } catch (error) {
      if (!UNKNOWN.has(slackCode(error) ?? '')) throw error;
      return { id, places, problem: 'is not known to Slack' };
    }
  });
}

async function groupProblem(directory: Directory, id: string): Promise<string | null> {
  return (await directory.groupMembers(id)).length === 0 ? 'is a user group without people' : null;
}

async function personProblem(directory: Directory, id: string): Promise<string | null> {
  const { isActiveFullMember, name } = await directory.person(id);
  return isActiveFullMember ? null : `(${name}) is deactivated, a guest, a bot or from elsewhere, and may do nothing`;
}

function peopleLines({ roles }: Policy, looked: readonly Looked[]): readonly Line[] {
  const bad = looked.filter(({ problem }) => problem !== null);
  const remedy = 'Copy the member id again (profile, three dots, Copy member ID) or take it out of policy.yml.';
  const lines = bad.map(({ id, places, problem }) =>
    warning({ subject: SUBJECT, what: `${id} in ${places.join(' and ')} ${problem}` }, remedy),
  );
  if (roles.admins.every((id) => bad.some((one) => one.id === id))) {
    const what = 'no admin of policy.yml can act';
    return [fault({ subject: SUBJECT, what }, 'Name at least one active full member under roles.admins.'), ...lines];
  }
  if (roles.responders.length === 0) {
    const what = 'there are no responders: only admins can suspend, restore and revoke';
    return [...lines, warning({ subject: SUBJECT, what }, 'Name people or a user group under roles.responders.')];
  }
  return lines.length > 0 ? lines : [ok(SUBJECT, `all ${looked.length} named in policy.yml are there and active`)];
}
