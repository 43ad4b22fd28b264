import { findScenario, simulate } from '../src/sandbox/index.ts';
import { createLogger } from '../src/system/logger.ts';
import { type Figure, quantile, type Suite } from './suite.ts';

const MINUTE_MS = 60_000;
const PLAY_MS = 45 * MINUTE_MS;
// The leak against the polling grid: it may begin right after a poll or right before one.
const OFFSETS_MS = [0, 61_000, 122_000, 183_000, 244_000, 295_000];

/** How late the alert is and what is gone by then, wherever in the polling grid the leak begins. */
export const detection: Suite = {
  id: 'detection',
  title: 'leak of $265 an hour, polls every 5 minutes, provider lag 5 minutes',
  async run() {
    const figures: Figure[] = [];
    for (const provider of ['anthropic', 'openai'] as const) {
      const runs = [];
      for (const offsetMs of OFFSETS_MS) runs.push(await leakAt(provider, offsetMs));
      const latencies = runs.map(({ latencyMinutes }) => latencyMinutes ?? Number.POSITIVE_INFINITY);
      const losses = runs.map(({ lostAtAlertUsd }) => lostAtAlertUsd ?? Number.POSITIVE_INFINITY);
      figures.push(
        { name: `${provider}: first alert, median`, value: quantile(latencies, 0.5), unit: 'min' },
        { name: `${provider}: first alert, worst of ${runs.length}`, value: Math.max(...latencies), unit: 'min' },
        { name: `${provider}: lost at alert, median`, value: quantile(losses, 0.5), unit: 'USD' },
        { name: `${provider}: lost at alert, worst of ${runs.length}`, value: Math.max(...losses), unit: 'USD' },
      );
    }
    return figures;
  },
};

async function leakAt(provider: 'anthropic' | 'openai', offsetMs: number) {
  const base = findScenario('leak-weekend');
  if (base === undefined) throw new Error('the scenario leak-weekend is gone');
  const [plan] = base.leaks(provider);
  if (plan === undefined) throw new Error('leak-weekend has no leak');
  const startedAt = plan.startedAt + offsetMs;
  const moved = { ...plan, startedAt, firstProbeAt: startedAt - MINUTE_MS };
  return simulate({
    scenario: { ...base, endsAt: startedAt + PLAY_MS, leaks: () => [moved] },
    provider,
    seed: 1,
    pollMinutes: 5,
    lagMinutes: 5,
    responderMinutes: 3,
    logger: createLogger({ level: 'error' }),
  });
}
