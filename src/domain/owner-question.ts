import type { Evidence } from './probable-owner.ts';

/** What policy says about keys that nobody owns, and about people who leave. */
export interface OwnershipPolicy {
  /** People are asked by direct message whether a key is theirs. */
  readonly ask: boolean;
  /** Messages that one person gets within a week, however many keys each is about. */
  readonly weeklyMessages: number;
  /** Without an owner for so long: the channel is told. */
  readonly channelMs: number;
  /** For so long: the digest lists it. */
  readonly digestMs: number;
  /** The channel is told which keys somebody leaves behind. */
  readonly offBoarding: boolean;
}

/** Since when nobody owns a key, and since when the channel knows. */
export interface OwnerSearch {
  readonly lineageId: string;
  readonly beganAt: number;
  readonly toldAt: number | null;
}

/** `moot`: it has an owner, or there is nothing to own any more. */
export type Answer = 'mine' | 'not_mine' | 'passed_on' | 'moot';

/** "Is this yours?", of one key to one person; never twice. */
export interface OwnerQuestion {
  readonly lineageId: string;
  readonly userId: string;
  /** The direct message that it stands in, with others. */
  readonly askId: string;
  /** Why this person: the strongest first. */
  readonly evidence: readonly Evidence[];
  /** Slack user id of whoever named them; null: Keysteward. */
  readonly askedBy: string | null;
  /** When the message goes out. */
  readonly askAt: number;
  readonly answer: Answer | null;
  readonly answeredAt: number | null;
}

/** Whether somebody still has time to answer about this key: the next one is asked afterwards. */
export function waitsForAnswer(questions: readonly OwnerQuestion[], now: number, patienceMs: number): boolean {
  return questions.some(({ answer, askAt }) => answer === null && now < askAt + patienceMs);
}

/** Of how many messages somebody has been sent, or will be, since then; what people asked through us does not count. */
export function messagesSince(questions: readonly OwnerQuestion[], userId: string, since: number): number {
  const own = questions.filter((one) => one.userId === userId && one.askedBy === null && one.askAt > since);
  return new Set(own.map(({ askId }) => askId)).size;
}
