import { z } from 'zod';
import { noteMember } from '../../services/departures/find-leavers.ts';
import { memberOf, type SlackUser } from '../directory.ts';
import type { EventHandler } from '../event.ts';

const isUser = (value: unknown) => z.object({ id: z.string().min(1).max(64) }).safeParse(value).success;
const change = z.object({ user: z.custom<SlackUser>(isUser) });

/** Somebody's account was closed or opened again; every other edit of a profile comes, too, and changes nothing. */
export const userChange: EventHandler = {
  event: 'user_change',
  async run({ deps, identity }, { event }) {
    const member = memberOf(change.parse(event).user, identity.teamId);
    if (member !== undefined && member.teamId === identity.teamId) await noteMember(deps, member);
  },
};
