import { spendAcceleration } from './detectors/spend-acceleration.ts';

/** How far above its usual hour a lineage may go, as people can pick it for one alone. */
export const FACTORS = [3, 5, 8, 12] as const;

/** The sections of policy's `detectors` as they hold for one lineage; null: no factor of its own. */
export function settingsWith(
  sections: Readonly<Record<string, unknown>>,
  ratio: number | null,
): Readonly<Record<string, unknown>> {
  if (ratio === null) return sections;
  const { id } = spendAcceleration;
  return { ...sections, [id]: { ...Object(sections[id] ?? {}), ratio } };
}

/** What holds where nobody picked another one. */
export function usualFactor(sections: Readonly<Record<string, unknown>>): number {
  return spendAcceleration.settings.parse(sections[spendAcceleration.id] ?? {}).ratio;
}
