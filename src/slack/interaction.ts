import type { View } from '@slack/types';
import type { Gesture } from './authorise.ts';
import type { SlackContext } from './context.ts';
import type { Rendered } from './views/blocks.ts';

/** A click on one of our buttons. Slack has been answered already; errors thrown here are shown to the person alone. */
export interface Click extends Gesture {
  readonly triggerId: string;
  /** As the button carries it; each handler reads it with its own codec. */
  readonly value: string;
  readonly channel: string | null;
  /** The modal that the button is in. */
  readonly viewId: string | null;
  /** Under an answer that only this person sees. */
  readonly isEphemeral: boolean;
  /** Answers the person alone, in the place of the click; not in modals. */
  readonly reply: (rendered: Rendered) => Promise<void>;
  /** Puts an answer in the place of the one that the button is under; for answers to one person alone. */
  readonly replace: (rendered: Rendered) => Promise<void>;
}

export interface ButtonHandler {
  readonly kind: 'button';
  readonly id: string;
  /** Its short name as an option of an alert's menu, for handlers that read a `ButtonValue`. */
  readonly choice?: string;
  run(context: SlackContext, click: Click): Promise<void>;
}

/** A modal that was sent off. `check` must be quick and local: Slack waits three seconds for it. */
export interface Submission extends Gesture {
  readonly viewId: string;
  readonly privateMetadata: string;
  /** By block id; the blocks of our modals have one input each. Of lists the first; empty where nothing is chosen. */
  readonly values: Readonly<Record<string, string>>;
  /** What is chosen in boxes and lists, by block id. */
  readonly choices: Readonly<Record<string, readonly string[]>>;
}

export type CheckResult =
  | { readonly ok: true; readonly view: View }
  | { readonly ok: false; readonly errors: Readonly<Record<string, string>> };

export interface SubmitHandler {
  readonly kind: 'submit';
  readonly id: string;
  /** Inline errors, or the view that stands while `run` works. */
  check(context: SlackContext, submission: Submission): Promise<CheckResult>;
  /** Returns the view that is shown in the end. */
  run(context: SlackContext, submission: Submission): Promise<View>;
}

export type Interaction = ButtonHandler | SubmitHandler;
