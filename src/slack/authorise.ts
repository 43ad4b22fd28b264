import type { Actor } from '../domain/actor.ts';
import { ACT_WORDS, type Act, mayAct, type Person, type Role, rolesOf, rolesThatMay } from '../domain/authorise.ts';
import { AppError, toError } from '../domain/errors.ts';
import { confirmedOwnerOf, type Lineage } from '../domain/key.ts';
import type { Deps } from '../services/deps.ts';
import type { Gesture, Identity } from './context.ts';

export type { Gesture } from './context.ts';

import { asMissingScope } from './slack-error.ts';

const WHO: Readonly<Record<Role, string>> = {
  viewer: 'a viewer',
  owner: 'the key’s owner',
  responder: 'a responder',
  admin: 'an admin',
};

interface RoleContext {
  readonly deps: Pick<Deps, 'directory' | 'policy' | 'logger'>;
  readonly identity: Identity;
}

/** Said to everybody outside, and nothing else. */
export const NO_MEMBER = 'Keysteward answers active full members of this workspace only';

const NO_VIEWER = 'only the people that policy.yml names under roles may look';

interface AuthoriseInput {
  readonly gesture: Gesture;
  readonly act: Act;
  /** Null for acts that belong to no key. */
  readonly lineage: Lineage | null;
}

/**
 * Checks one gesture against the role table, with the person looked up now. Returns the actor for the audit log or
 * throws `forbidden` with a sentence that says whom to ask. A failed look-up refuses.
 */
export async function authorise(context: RoleContext, { gesture, act, lineage }: AuthoriseInput): Promise<Actor> {
  const { person, roles } = await lookUp(context, gesture, lineage);
  // To people outside nothing is said, not even who could do it.
  if (!person.isActiveFullMember) throw forbidden(NO_MEMBER);
  if (!mayAct(roles, act)) {
    if (act === 'look') throw forbidden(NO_VIEWER);
    const whom = rolesThatMay(act).map((role) => WHO[role]);
    const others = whom.length > 1 ? `${whom.slice(0, -1).join(', ')} or ` : '';
    throw forbidden(`only ${others}${whom.at(-1)} may ${ACT_WORDS[act]} (policy.yml, roles)`);
  }
  return { kind: 'slack', userId: person.userId, teamId: person.teamId };
}

/** Whether somebody may, without a sentence; throws where that cannot be looked up. */
export async function allows(context: RoleContext, { gesture, act, lineage }: AuthoriseInput): Promise<boolean> {
  return mayAct((await lookUp(context, gesture, lineage)).roles, act);
}

async function lookUp(
  { deps, identity }: RoleContext,
  gesture: Gesture,
  lineage: Lineage | null,
): Promise<{ person: Person; roles: readonly Role[] }> {
  if (gesture.teamId !== identity.teamId) throw forbidden('people of another workspace have no rights here');
  const person = await deps.directory.person(gesture.userId).catch((error: unknown) => {
    deps.logger.warn('role look-up failed', { error: toError(error) });
    const lacking = asMissingScope(error);
    if (lacking === undefined) {
      throw forbidden('your role could not be looked up in Slack just now; try again in a moment', error);
    }
    throw forbidden(`your role cannot be looked up in Slack. ${lacking.publicMessage}`.replace(/\.$/, ''), error);
  });
  return { person, roles: rolesOf(person, deps.policy.roles, lineage) };
}

/** What somebody may see: everything, or, as the owner of keys alone, those keys. */
export type Sight = 'all' | 'own';

type SightContext = RoleContext & { readonly deps: Pick<Deps, 'store'> };

/** Throws for everybody who may see nothing. */
export async function sightOf(context: SightContext, gesture: Gesture): Promise<Sight> {
  return (await standingOf(context, gesture)).sight;
}

/** The same with the roles that policy gives. */
export async function standingOf(
  context: SightContext,
  gesture: Gesture,
): Promise<{ readonly sight: Sight; readonly roles: readonly Role[] }> {
  const { person, roles } = await lookUp(context, gesture, null);
  if (!person.isActiveFullMember) throw forbidden(NO_MEMBER);
  if (mayAct(roles, 'look')) return { sight: 'all', roles };
  const lineages = await context.deps.store.read.lineages.all();
  if (lineages.some((lineage) => confirmedOwnerOf(lineage) === person.userId)) {
    return { sight: 'own', roles };
  }
  throw forbidden(NO_VIEWER);
}

/** Anything that shows data needs at least the right to look: guests and outsiders get none. */
export async function requireViewer(context: RoleContext, gesture: Gesture): Promise<void> {
  await authorise(context, { gesture, act: 'look', lineage: null });
}

function forbidden(why: string, cause?: unknown): AppError {
  return new AppError({
    code: 'forbidden',
    message: `refused: ${why}`,
    publicMessage: `Nothing was done: ${why}.`,
    cause,
  });
}
