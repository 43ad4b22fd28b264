import type { Stage, StageOptions } from '../stage.ts';

type Chosen = 'scenario' | 'provider' | 'policy' | 'prepare' | 'past' | 'anthropic';

/** Something to watch and to take part in. */
export interface LiveStory extends Pick<StageOptions, Chosen> {
  readonly id: string;
  readonly title: string;
  /** One line: what to look at and what to try. */
  readonly watchFor: string;
  /** What people do at the beginning, while nobody plays them. */
  readonly begin?: (stage: Stage) => Promise<void>;
}
