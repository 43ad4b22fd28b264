import { AppError, toError } from '../../domain/errors.ts';
import type { Deps } from '../deps.ts';

/** Refuses whom nobody could wake at night: guests, bots, deactivated people and those of another workspace. */
export async function refuseUnfitOwner(
  { directory, logger }: Pick<Deps, 'directory' | 'logger'>,
  userId: string,
): Promise<void> {
  const person = await directory.person(userId).catch((error: unknown) => {
    logger.info('an owner cannot be looked up', { error: toError(error) });
    throw unfit('Nothing was changed: Slack does not tell who that is. Mention the person with @.');
  });
  if (person.isActiveFullMember) return;
  throw unfit('Nothing was changed: an owner has to be an active full member of this workspace, no guest and no bot.');
}

function unfit(publicMessage: string): AppError {
  return new AppError({ code: 'invalid_input', message: 'not a fit owner', publicMessage });
}
