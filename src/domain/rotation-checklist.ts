export const PHASES = ['minutes', 'hour', 'week'] as const;
export type Phase = (typeof PHASES)[number];

/**
 * What to do when a key has leaked, in order. `shown`: the record or the provider says that it is done; `bot`: a button
 * does it; `word`: somebody says so.
 */
export const CHECKLIST = [
  { item: 'stop', phase: 'minutes', how: 'shown' },
  { item: 'brakes', phase: 'minutes', how: 'shown' },
  { item: 'usage', phase: 'minutes', how: 'bot' },
  { item: 'tell', phase: 'minutes', how: 'word' },
  { item: 'rolled_out', phase: 'hour', how: 'shown' },
  { item: 'support', phase: 'hour', how: 'bot' },
  { item: 'source', phase: 'hour', how: 'word' },
  { item: 'siblings', phase: 'hour', how: 'word' },
  { item: 'ended', phase: 'week', how: 'shown' },
  { item: 'costs', phase: 'week', how: 'word' },
  { item: 'review', phase: 'week', how: 'word' },
] as const satisfies readonly {
  readonly item: string;
  readonly phase: Phase;
  readonly how: 'shown' | 'bot' | 'word';
}[];

export type CheckItem = (typeof CHECKLIST)[number]['item'];
export type CheckHow = (typeof CHECKLIST)[number]['how'];

export function checkItemOf(text: string): CheckItem | null {
  return CHECKLIST.find(({ item }) => item === text)?.item ?? null;
}

export function howOf(wanted: CheckItem): CheckHow {
  return CHECKLIST.find(({ item }) => item === wanted)?.how ?? 'word';
}
