import type { z } from 'zod';
import type { Whereabouts } from './address.ts';
import type { Baseline } from './baseline.ts';
import type { Calendar } from './calendar.ts';
import type { CapStanding } from './cap.ts';
import type { Curve } from './curve.ts';
import type { Finding } from './finding.ts';
import type { Environment } from './key.ts';
import type { LineageFacts } from './lineage-facts.ts';
import { HOUR_MS } from './time.ts';
import type { UsageBucket } from './usage.ts';

/** One request as a gateway, an egress log or an export tells it. */
export interface RequestRecord {
  readonly at: number;
  readonly keyId: string;
  readonly model: string;
  readonly endpoint: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly sourceIp: string | null;
  readonly userAgent: string | null;
  readonly statusCode: number;
  readonly costMicroUsd: number;
}

export type KeyChange = 'created' | 'updated' | 'deleted';

/** Something the provider's own audit log tells about a key or its scope. */
export interface ProviderEvent {
  /** The provider's own id of the event; null where it gives none. */
  readonly id: string | null;
  readonly at: number;
  /** In the provider's words. */
  readonly kind: string;
  /** As the provider tells it its own key id; in a detector's input ours, null where we do not know the key. */
  readonly keyId: string | null;
  /** The provider's id of the project or workspace. */
  readonly scopeId: string | null;
  /** What it did to keys, where it did; without a `keyId` it is not said to which. */
  readonly keyChange: KeyChange | null;
  readonly actor: string | null;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
}

/** Everything a detector may look at. Series are ascending by time and belong to one lineage. */
export interface DetectorInput {
  readonly now: number;
  /** The days and hours that people mean. */
  readonly calendar: Calendar;
  readonly lineage: { readonly id: string; readonly environment: Environment; readonly createdAt: number };
  readonly usage: readonly UsageBucket[];
  /** The same as running sums. In a replay it goes on beyond `knownUntil`, where nobody may look. */
  readonly curve: Curve;
  /** When it was used last before the last two hours; null: never, as far as is known. */
  readonly usedBeforeAt: number | null;
  /** Data is known up to here: the newest instant that any usage of this connection was seen for. */
  readonly knownUntil: number;
  /** Data before this instant is complete; what is later may still grow. Never after `knownUntil`. */
  readonly completeUntil: number;
  readonly requests: readonly RequestRecord[];
  /** Where the addresses of `requests` are, by their canonical text; none where nobody has looked. */
  readonly addresses: ReadonlyMap<string, Whereabouts>;
  /** Its keys, whose it is and what it may do. */
  readonly facts: LineageFacts;
  readonly events: readonly ProviderEvent[];
  /** Null: nothing is learned yet. */
  readonly baseline: Baseline | null;
  /** The factor that somebody picked for this lineage alone, in place of policy's `ratio`. */
  readonly ownRatio: number | null;
  /** What bounds the lineage this month, the fullest first; none where no cap is known, or another lineage tells of it. */
  readonly caps: readonly CapStanding[];
}

/** What is known of a lineage before its history is read. */
export interface Glance {
  /** As in the detector's input. */
  readonly knownUntil: number;
  /** Cost in the last two hours, whole buckets. */
  readonly recentMicroUsd: number;
  /** How long the day has run, in the data; a whole day where one has just ended. */
  readonly dayMs: number;
  /** Since the day began. */
  readonly dayMicroUsd: number;
  /** Since the day began, as far as they are counted. */
  readonly dayRequests: number;
  /** What was used in the last two hours. */
  readonly recentModels: readonly string[];
  readonly recentEndpoints: readonly string[];
  /** When it was used last before those two hours; null: never, as far as is known. */
  readonly usedBeforeAt: number | null;
  readonly baseline: Baseline | null;
  readonly caps: readonly CapStanding[];
  readonly facts: LineageFacts;
  /** Whether it may have been used, on the day before, at hours that are none of its. */
  readonly mayBeOffHours: boolean;
  /** Whether there are records of single requests to look at. */
  readonly hasRecords: boolean;
}

/** `inventory`: the list of keys was read. `rotation`: one waits for its old key to fall quiet, and a poll is through. */
export type Occasion = 'usage' | 'inventory' | 'rotation';

/**
 * Data and one pure function. No clock, no ids, no I/O. Settings come from policy.yml under the detector's id and are
 * checked by the detector's own schema, so that a new detector needs no line anywhere else.
 */
export interface Detector<Settings = unknown> {
  readonly id: string;
  readonly title: string;
  /** How much usage before `knownUntil` the detector reads. */
  readonly historyMs: number;
  /** What new data it looks at; absent: usage, with each poll. */
  readonly occasion?: Occasion;
  /** Parses the policy section; every field has a default. */
  readonly settings: z.ZodType<Settings>;
  /**
   * A cheap look before the history is read: whether such a lineage can matter at all. Absent: it always can. A wrong yes
   * costs time, a wrong no costs the finding.
   */
  worthwhile?(glance: Glance, settings: Settings): boolean;
  detect(input: DetectorInput, settings: Settings): readonly Finding[];
  /** How near the input is to a finding: above 1 fires, 0 is far. Absent: cannot be told. */
  nearness?(input: DetectorInput, settings: Settings): number;
}

/** What a glance is about reaches back this far; a rolling hour always lies within it. */
export const RECENT_MS = 2 * HOUR_MS;

/** Runs a detector on raw settings; the generic parameter stays inside. */
export interface BoundDetector {
  readonly id: string;
  readonly title: string;
  readonly historyMs: number;
  readonly occasion: Occasion;
  worthwhile(glance: Glance): boolean;
  detect(input: DetectorInput): readonly Finding[];
  /** 0 where the detector cannot tell. */
  nearness(input: DetectorInput): number;
}

export function bindDetector<Settings>(detector: Detector<Settings>, rawSettings: unknown): BoundDetector {
  const settings = detector.settings.parse(rawSettings ?? {});
  return {
    id: detector.id,
    title: detector.title,
    historyMs: detector.historyMs,
    occasion: detector.occasion ?? 'usage',
    worthwhile: (glance) => detector.worthwhile?.(glance, settings) ?? true,
    detect: (input) => detector.detect(input, settings),
    nearness: (input) => detector.nearness?.(input, settings) ?? 0,
  };
}
