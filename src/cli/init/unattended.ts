import { adminKeyNames } from '../../config/provider-env.ts';
import { VARIABLES } from '../../config/variables.ts';
import { AppError } from '../../domain/errors.ts';
import type { Directory } from '../../ports/directory.ts';
import { providers } from '../../providers/index.ts';
import { slackTrouble } from '../../slack/trouble.ts';
import type { Draft } from './draft.ts';
import { surveyOf } from './slack-step.ts';

export interface Flags {
  readonly yes: boolean;
  readonly channel?: string;
  readonly admin?: readonly string[];
  readonly responder?: readonly string[];
  readonly staging?: readonly string[];
  readonly development?: readonly string[];
  readonly autoContainUsd?: number;
  readonly saveSecrets: boolean;
}

const ID = /^[UWS][A-Z0-9]{2,}$/;
const EMAIL = /^[^@\s]+@[^@\s]+$/;

/** Fills the draft from flags; tokens and keys are in the environment, in .env or in files already. */
export async function fillFromFlags(draft: Draft, flags: Flags): Promise<void> {
  if (flags.saveSecrets) for (const name of secretNames(draft)) draft.keep(name);
  const { channel, autoContainUsd } = flags;
  const [admins, responders] = await Promise.all([idsOf(draft, flags.admin), idsOf(draft, flags.responder)]);
  draft.policy = {
    ...(channel === undefined ? {} : { alertsChannel: /^[#CG]/.test(channel) ? channel : `#${channel}` }),
    ...(admins === undefined ? {} : { admins }),
    ...(responders === undefined ? {} : { responders }),
    ...(autoContainUsd === undefined ? {} : { autoContain: { enabled: true, aboveUsd: autoContainUsd } }),
    environments: [
      ...(flags.staging ?? []).map((match) => ({ match, environment: 'staging' as const })),
      ...(flags.development ?? []).map((match) => ({ match, environment: 'development' as const })),
    ],
  };
}

function secretNames(draft: Draft): readonly string[] {
  const own = VARIABLES.filter(({ secret }) => secret).map(({ name }) => name);
  return [...own, ...providers.flatMap((provider) => adminKeyNames(draft.env, provider))];
}

/** E-mail addresses become member ids; an id stays one, and the doctor says whether it is known. */
async function idsOf(draft: Draft, given: readonly string[] | undefined): Promise<readonly string[] | undefined> {
  if (given === undefined) return undefined;
  const strange = given.find((one) => !ID.test(one) && !EMAIL.test(one));
  if (strange !== undefined)
    throw refused(`${strange} is neither a member id such as U0123456789 nor an e-mail address.`);
  if (!given.some((one) => EMAIL.test(one))) return given;
  const members = await readMembers(draft);
  return given.map((one) => {
    if (ID.test(one)) return one;
    const found = members.find(({ email }) => email?.toLowerCase() === one.toLowerCase());
    if (found === undefined) throw refused(`Nobody in the workspace has the e-mail address ${one}.`);
    return found.userId;
  });
}

async function readMembers(draft: Draft): ReturnType<Directory['members']> {
  const token = draft.present('SLACK_BOT_TOKEN');
  if (token === undefined)
    throw refused('E-mail addresses need SLACK_BOT_TOKEN to be looked up. Set it, or give member ids.');
  const survey = surveyOf(draft.apiUrl, token.secret);
  try {
    const { teamId } = await survey.sight();
    return await survey.directory(teamId, { admins: [], responders: [], viewers: null }).members();
  } catch (error) {
    const { what, remedy } = slackTrouble(error, draft.apiUrl);
    throw refused(`E-mail addresses cannot be looked up: ${what}. ${remedy}`);
  }
}

function refused(publicMessage: string): AppError {
  return new AppError({
    code: 'invalid_input',
    message: publicMessage,
    publicMessage: `${publicMessage} Nothing was written.`,
  });
}
