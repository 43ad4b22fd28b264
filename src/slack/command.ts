import { AppError } from '../domain/errors.ts';
import type { Gesture, Sight } from './authorise.ts';
import type { CommandGroup, SlackContext } from './context.ts';
import type { Rendered } from './views/blocks.ts';

export interface CommandRequest extends Gesture {
  /** What follows the subcommand, trimmed. */
  readonly argument: string;
  /** Opens a modal; lives three seconds. */
  readonly triggerId: string;
  readonly channel: string;
  /** Of a long answer, from 1. */
  readonly page: number;
  /** What the person may see. */
  readonly sight: Sight;
}

/** Refuses what an owner who may not see all keys has no use of. */
export function refuseBeyondSight(sight: Sight, { name, forOwners }: Pick<Subcommand, 'name' | 'forOwners'>): void {
  if (sight === 'all' || forOwners) return;
  throw new AppError({
    code: 'forbidden',
    message: `${name} by an owner who is no viewer`,
    publicMessage: `Nothing was done: \`/keys ${name}\` is for the people that policy.yml names under roles. You see your own keys with \`/keys mine\`.`,
  });
}

/** One file per subcommand of /keys. Help is made from these fields. */
export interface Subcommand {
  readonly name: string;
  /** `show <key>` */
  readonly usage: string;
  readonly summary: string;
  /** The heading of help that it stands under; `act` where it says none. */
  readonly group?: CommandGroup;
  /** An owner who may not see all keys may run it, and gets nothing but the own ones. */
  readonly forOwners?: true;
  /** What the person alone is answered; null where a modal is the answer. */
  run(context: SlackContext, request: CommandRequest): Promise<Rendered | null>;
}
