import { z } from 'zod';
import type {
  ConnectionDetector,
  ConnectionFinding,
  ConnectionInput,
  ReadingState,
  Silence,
} from '../connection-detector.ts';
import { MISSES_BEFORE_BLIND } from '../notice.ts';
import { HOUR_MS } from '../time.ts';

/** So many that never rest do not rest at the same time; one or two may have been switched off. */
const LEAST_AROUND_THE_CLOCK = 3;
/** Providers may publish usage this late. */
const LATE_MS = HOUR_MS;

const settings = z.strictObject({
  /** A read that fails once is noise; so many in a row are told. */
  polls: z.int().min(1).default(MISSES_BEFORE_BLIND),
  /** The responders are called when usage was not read for so long. */
  high_hours: z.number().positive().default(2),
});
type Settings = z.infer<typeof settings>;

/**
 * Fires when a connection was not read three times in a row, or brings nothing though keys that never rest should be in it;
 * worse when its usage is not known for two hours.
 */
export const blind: ConnectionDetector<Settings> = {
  id: 'blind',
  title: 'A connection cannot be read',
  settings,
  detect: (input, limits) => [
    ...input.readings.flatMap((state) => findingsOf(input, state, limits)),
    ...(input.silence === null ? [] : silenceOf(input, input.silence, limits)),
  ],
};

function findingsOf(
  { now, connectionId }: ConnectionInput,
  state: ReadingState,
  { polls, high_hours }: Settings,
): readonly ConnectionFinding[] {
  const { reading, failingSince, lastReadAt, misses } = state;
  if (failingSince === null || misses < polls) return [];
  // What was spent since the last complete read is what nobody has seen.
  const unseenMs = now - Math.min(failingSince, lastReadAt ?? failingSince);
  const isLong = reading === 'usage' && unseenMs >= high_hours * HOUR_MS;
  const what = reading === 'usage' ? 'Usage' : 'The key list';
  return [
    {
      detectorId: blind.id,
      connectionId,
      severity: isLong ? 'high' : 'medium',
      subject: `${reading}:${connectionId}`,
      startedAt: failingSince,
      headline: [`${what} cannot be read since `, { instant: failingSince }],
      reason: ['Nothing is known of the last ', { lengthMs: unseenMs }, '. Look into the provider’s console.'],
      evidence: { reading, misses, unseenMs },
    },
  ];
}

function silenceOf(
  { now, connectionId }: ConnectionInput,
  { since, aroundTheClock, pollMs }: Silence,
  { polls, high_hours }: Settings,
): readonly ConnectionFinding[] {
  const unseenMs = now - since;
  if (aroundTheClock < LEAST_AROUND_THE_CLOCK || unseenMs < LATE_MS + polls * pollMs) return [];
  return [
    {
      detectorId: blind.id,
      connectionId,
      severity: unseenMs >= high_hours * HOUR_MS ? 'high' : 'medium',
      subject: `silence:${connectionId}:${since}`,
      startedAt: since,
      headline: ['No usage has come since ', { instant: since }, ', though no read failed'],
      reason: [
        `${aroundTheClock} keys that are used in every hour of the week were used until then, and nothing is known of any of them. `,
        'Either nothing reaches the provider, or its usage data is behind: look into its console and its status page. A leak would not be seen until usage comes again.',
      ],
      evidence: { aroundTheClock, unseenMs },
    },
  ];
}
