import type { Sections } from '../protocol.ts';

export type Shown = Partial<Sections>;
