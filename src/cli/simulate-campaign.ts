import type { Command } from 'commander';
import type { Logger } from '../ports/logger.ts';
import { wholeNumber } from './arguments.ts';
import { err, out } from './output.ts';

interface CampaignArguments {
  readonly keys: number;
  readonly days: number;
  readonly seed: number;
  readonly json: boolean;
}

/** What of the sandbox it needs, which is not loaded before. */
interface Player<Result> {
  simulateCampaign(
    options: Omit<CampaignArguments, 'json'> & { readonly logger: Logger; readonly onDay: (day: number) => void },
  ): Promise<Result>;
  campaignText(result: Result): string;
}

interface Played {
  readonly figures: object;
  readonly details: { readonly unproven: readonly string[] };
}

/** `simulate campaign`; the sandbox comes in when it runs. */
export function addSimulateCampaign<Result extends Played>(
  simulation: Command,
  loadSandbox: () => Promise<Player<Result>>,
): void {
  // What stands behind the name belongs to it, though its parent knows some of the same options.
  simulation
    .enablePositionalOptions()
    .command('campaign')
    .description('play a quarter in which many keys are rotated, by people and by Keysteward')
    .option('--keys <n>', 'keys that take part', wholeNumber(1, 2_000), 200)
    .option('--days <n>', 'how many days are played at most', wholeNumber(1, 365), 90)
    .option('--seed <n>', 'same seed, same figures', wholeNumber(0, 2 ** 31 - 1), 1)
    .option('--json', 'figures as JSON on stdout', false)
    .action(async ({ json, ...options }: CampaignArguments) => {
      const { campaignText, simulateCampaign } = await loadSandbox();
      const { createLogger } = await import('../system/logger.ts');
      const startedAt = performance.now();
      const result = await simulateCampaign({
        ...options,
        logger: createLogger({ level: 'error' }),
        onDay: (day) => {
          if (!json && day % 7 === 0) err(`day ${day} …\n`);
        },
      });
      out(json ? `${JSON.stringify(result.figures, null, 2)}\n` : `${campaignText(result)}\n`);
      const { user, system } = process.cpuUsage();
      const seconds = (ms: number) => (ms / 1_000).toFixed(0);
      err(`Took ${seconds(performance.now() - startedAt)} s, ${seconds((user + system) / 1_000)} s of CPU.\n`);
      const { unproven } = result.details;
      if (unproven.length === 0) return;
      if (json) err(`${unproven.map((problem) => `Not proven: ${problem}.`).join('\n')}\n`);
      process.exitCode = 1;
    });
}
