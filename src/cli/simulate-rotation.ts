import { type Command, Option } from 'commander';
import type { Logger } from '../ports/logger.ts';
import { wholeNumber } from './arguments.ts';
import { err, out } from './output.ts';

interface RotationArguments {
  readonly provider: 'anthropic' | 'openai';
  readonly seed: number;
  readonly killEveryEffect: boolean;
  readonly json: boolean;
}

interface Simulated {
  readonly figures: object;
  readonly faults: readonly string[];
}

/** What of the sandbox it needs, which is not loaded before. */
interface Player<Result extends Simulated> {
  simulateRotation(
    options: Omit<RotationArguments, 'json'> & {
      readonly logger: Logger;
      readonly onPlay: (kills: number) => void;
    },
  ): Promise<Result>;
  rotationText(result: Result): string;
}

/** `simulate rotation`; the sandbox comes in when it runs. */
export function addSimulateRotation<Result extends Simulated>(
  simulation: Command,
  loadSandbox: () => Promise<Player<Result>>,
): void {
  // What stands behind the name belongs to it, though its parent knows some of the same options.
  simulation
    .enablePositionalOptions()
    .command('rotation')
    .description('rotate one key from beginning to end: made by Keysteward at openai, by a person at anthropic')
    .addOption(new Option('--provider <id>', 'whose key').choices(['anthropic', 'openai']).default('openai'))
    .option('--seed <n>', 'same seed, same figures', wholeNumber(0, 2 ** 31 - 1), 1)
    .option(
      '--kill-every-effect',
      'also with the app killed before and after each effect; the figures are the worst',
      false,
    )
    .option('--json', 'figures as JSON on stdout', false)
    .action(async ({ json, ...options }: RotationArguments) => {
      const { rotationText, simulateRotation } = await loadSandbox();
      const { createLogger } = await import('../system/logger.ts');
      const result = await simulateRotation({
        ...options,
        // A killed app logs what it could not do any more.
        logger: createLogger({ level: options.killEveryEffect ? 'silent' : 'error' }),
        onPlay: (kills) => err(json ? '' : `killed ${kills} times …\n`),
      });
      out(json ? `${JSON.stringify(result.figures, null, 2)}\n` : `${rotationText(result)}\n`);
      if (result.faults.length > 0) {
        if (json) err(`${result.faults.map((fault) => `Broken: ${fault}.`).join('\n')}\n`);
        process.exitCode = 1;
      }
      // Killed apps leave sockets and timers behind, which would keep this process; what was written goes out first.
      if (options.killEveryEffect) process.stdout.write('', () => process.exit());
    });
}
