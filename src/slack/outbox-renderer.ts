import type { Deps } from '../services/deps.ts';
import type { Rendered } from './views/blocks.ts';
import type { Chart } from './views/chart.ts';
import type { Locale } from './views/text.ts';

export interface RenderContext {
  readonly deps: Deps;
  readonly locale: Locale;
}

/** A message as it should be now. */
export interface Draft extends Rendered {
  /** `#name`, a channel's id, or a person's (`U…`), who gets it as a direct message. */
  readonly channel: string;
  /** The message that this one replies to. */
  readonly inThreadOf: { readonly kind: string; readonly subjectId: string } | null;
  /**
   * Whom it calls, as ready mention texts (`<@U1>`, `<!subteam^S1>`). A line of their own where it is posted; an edit
   * calls nobody and has none.
   */
  readonly mentions?: readonly string[];
  readonly directTo?: DirectTo;
  /** Whether it stands among the channel's pins, where that is allowed; left out: it is no matter. */
  readonly isPinned?: boolean;
  /** What its charts show: as a picture where the workspace takes no charts. */
  readonly charts?: readonly Chart[];
}

/** Who gets a channel's message directly where the channel refuses it. Without it: the responders, else the admins. */
export interface DirectTo {
  /** People and user groups; where none of them can be reached, the admins. */
  readonly ids: readonly string[];
  /** Nobody else, then. */
  readonly only?: boolean;
  /** One more sentence for those who get it. */
  readonly note?: string;
}

/** Renders a subject when its row is sent, from what is true then. Null: there is nothing to say (any more). */
export interface OutboxRenderer {
  readonly kind: string;
  render(context: RenderContext, subjectId: string): Promise<Draft | null>;
  /** Slack refuses it for good. True: it was made up for in another way and is no dead letter. */
  refused?(context: RenderContext, subjectId: string): Promise<boolean>;
}
