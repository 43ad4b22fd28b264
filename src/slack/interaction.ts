import type { View } from '@slack/types';
import type { Gesture } from './authorise.ts';
import type { ButtonValue } from './button-value.ts';
import type { SlackContext } from './context.ts';

/** A click on one of our buttons. Slack has been answered already; errors thrown here are shown to the person alone. */
export interface Click extends Gesture {
  readonly triggerId: string;
  readonly button: ButtonValue;
  readonly channel: string | null;
}

export interface ButtonHandler {
  readonly kind: 'button';
  readonly id: string;
  run(context: SlackContext, click: Click): Promise<void>;
}

/** A modal that was sent off. `check` must be quick and local: Slack waits three seconds for it. */
export interface Submission extends Gesture {
  readonly viewId: string;
  readonly privateMetadata: string;
  /** By block id; the blocks of our modals have one input each. */
  readonly values: Readonly<Record<string, string>>;
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
