import type { Alert } from '../domain/alert.ts';
import type { Finding } from '../domain/finding.ts';

export interface AlertEvent {
  readonly id: string;
  readonly alertId: string;
  readonly at: number;
  readonly kind: string;
  /** Actor text. */
  readonly actor: string;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
}

export interface AlertRepo {
  insert(alert: Alert): Promise<void>;
  update(alert: Alert): Promise<void>;
  get(id: string): Promise<Alert | undefined>;
  /** The one that is not resolved, else the newest. */
  latestOfLineage(lineageId: string): Promise<Alert | undefined>;
  /** The newest that a person called expected and that has not been opened again. */
  lastExpected(lineageId: string): Promise<Alert | undefined>;
  idsOfLineage(lineageId: string): Promise<readonly string[]>;
  /** Not resolved. Tests count nowhere and are left out. */
  unresolved(): Promise<readonly Alert[]>;
  /** Those that want something done at an instant of their own, tests included. */
  timed(): Promise<readonly Alert[]>;
  /** What people called expected of a lineage, for baselines; with the spans that touch the range. */
  legitimateEpisodes(
    lineageId: string,
    range: { readonly from: number; readonly to: number },
  ): Promise<readonly { readonly startedAt: number; readonly closedAt: number }[]>;
  nextNumber(): Promise<number>;
  /** With what was found: a lineage has become a part of another one. */
  moveToLineage(from: string, to: string): Promise<void>;
  /** The same finding of one alert is kept once. */
  addFinding(
    finding: Finding & { readonly id: string; readonly alertId: string; readonly foundAt: number },
  ): Promise<void>;
  /** What one detector has found since, oldest first. */
  evidenceSince(detectorId: string, since: number): Promise<readonly Pick<Finding, 'lineageId' | 'evidence'>[]>;
  /** Removes up to `limit` findings from before of alerts that are resolved; returns how many. */
  pruneFindings(before: number, limit: number): Promise<number>;
  addEvent(event: AlertEvent): Promise<void>;
  getEvent(id: string): Promise<AlertEvent | undefined>;
  events(alertId: string): Promise<readonly AlertEvent[]>;
}
