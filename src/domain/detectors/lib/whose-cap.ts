import type { CapOrigin, CapStanding } from '../../cap.ts';

const WHOSE: Readonly<Record<CapOrigin, string>> = {
  own: 'its own cap',
  key: 'its cap at the provider',
  project: 'the cap of its project',
  workspace: 'the cap of its workspace',
  org: 'the cap of its organization',
};

/** A cap as a person says it, after "of" or "above". */
export function whoseCap({ origin }: Pick<CapStanding, 'origin'>): string {
  return WHOSE[origin];
}
