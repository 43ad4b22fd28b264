import { QUIET_MS, REOPEN_WITHIN_MS } from '../alert.ts';
import { pages } from '../escalation.ts';
import type { Finding, Severity } from '../finding.ts';
import { microUsdFromUsd } from '../money.ts';
import type { Profile } from '../profile.ts';
import type { Sentence } from '../sentence.ts';

const WORSE_MICRO_USD = microUsdFromUsd(100);
const WORSE_RATIO = 4;

/** What a person would have been told. High and critical page; the rest is read when there is time. */
export interface Told {
  readonly key: string;
  /** Id of the detector. */
  readonly kind: string;
  readonly severity: Severity;
  readonly at: number;
  /** When the data said so for the last time. */
  readonly until: number;
  readonly costAtAlertMicroUsd: number;
  readonly headline: Sentence;
  readonly reason: Sentence;
}

/**
 * Makes of findings what people are told: an episode once in the digest, once in the channel and, if it comes to that, once
 * as a page, and again where far more is gone. It is over after two hours without a finding, a page after a day. Strict tells each kind by itself,
 * and once.
 */
export class Teller {
  readonly #key: string;
  readonly #profile: Profile;
  readonly #open = new Map<string, Told>();
  readonly #told: Told[] = [];

  constructor(key: string, profile: Profile) {
    this.#key = key;
    this.#profile = profile;
  }

  hear(finding: Finding, at: number): void {
    const kind = finding.detectorId;
    const level = levelOf(finding);
    const episode = this.#profile === 'strict' ? `${level}:${kind}` : level;
    const open = this.#open.get(episode);
    const goesOn = open !== undefined && finding.observedUntil - open.until < this.#quietMs(level);
    if (goesOn && !(level === 'page' && this.#isWorse(open, finding))) {
      this.#replace(episode, open, { ...open, until: Math.max(open.until, finding.observedUntil) });
      return;
    }
    const told: Told = {
      key: this.#key,
      kind,
      severity: finding.severity,
      at,
      until: finding.observedUntil,
      costAtAlertMicroUsd: finding.costMicroUsd,
      headline: finding.headline,
      reason: finding.reason,
    };
    this.#open.set(episode, told);
    this.#told.push(told);
  }

  /** An alert that closed is the same episode for a day: what is no worse calls nobody anew. */
  #quietMs(level: Level): number {
    return this.#profile === 'balanced' && level === 'page' ? REOPEN_WITHIN_MS : QUIET_MS;
  }

  /** What is told again in an episode that goes on: far more is gone than when it was told. */
  #isWorse(open: Told, { costMicroUsd }: Finding): boolean {
    const bar = Math.max(WORSE_MICRO_USD, WORSE_RATIO * open.costAtAlertMicroUsd);
    return this.#profile === 'balanced' && costMicroUsd > bar;
  }

  /** Ascending by when it was told. */
  get told(): readonly Told[] {
    return this.#told;
  }

  #replace(episode: string, before: Told, after: Told): void {
    this.#open.set(episode, after);
    this.#told[this.#told.lastIndexOf(before)] = after;
  }
}

type Level = 'page' | 'channel' | 'digest';

function levelOf({ severity }: Finding): Level {
  if (pages(severity)) return 'page';
  return severity === 'info' ? 'digest' : 'channel';
}
