import type { Gesture } from './authorise.ts';
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
}

/** One file per subcommand of /keys. Help is made from these fields. */
export interface Subcommand {
  readonly name: string;
  /** `show <key>` */
  readonly usage: string;
  readonly summary: string;
  /** The heading of help that it stands under; `act` where it says none. */
  readonly group?: CommandGroup;
  /** What the person alone is answered; null where a modal is the answer. */
  run(context: SlackContext, request: CommandRequest): Promise<Rendered | null>;
}
