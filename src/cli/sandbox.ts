import { type Command, InvalidArgumentError, Option } from 'commander';
import { formatFaults } from '../config/faults.ts';
import { sandboxFaults } from '../config/start-mode.ts';
import { AppError } from '../domain/errors.ts';
import { HOUR_MS } from '../domain/time.ts';
import { createLogger } from '../system/logger.ts';
import { minutesOrNone, wholeNumber } from './arguments.ts';
import { err, out } from './output.ts';

const STORY_PACE_MS = 1_500;

/** The only import of the sandbox: the production path never gets here. */
const importSandbox = () => import('../sandbox/index.ts');
type SandboxModule = Awaited<ReturnType<typeof importSandbox>>;

export function addSandboxCommands(program: Command): void {
  const simulation = program
    .command('simulate')
    .description('play a scenario through the real app, faster than real time')
    .argument('<scenario>', 'one of those listed below')
    .option('--poll-minutes <n>', 'between two polls, 1 to 60 (default: the scenario’s own)', wholeNumber(1, 60))
    .option('--lag-minutes <n>', 'how late the providers publish usage', wholeNumber(0, 120), 5)
    .option('--seed <n>', 'same seed, same figures', wholeNumber(0, 2 ** 31 - 1), 1)
    .addOption(
      new Option('--provider <id>', 'where the key leaks').choices(['anthropic', 'openai']).default('anthropic'),
    )
    .option('--responder-minutes <n|none>', 'from the alert to the click', minutesOrNone, 3)
    .option('--hours <n>', 'play only so many hours of it (default: all)', wholeNumber(1, 10_000))
    .option('--json', 'figures as JSON on stdout', false)
    .action(runSimulation);
  program.hook('preSubcommand', async (_, command) => {
    if (command === simulation) simulation.addHelpText('after', await scenarioList());
  });

  program
    .command('sandbox')
    .description('the stand-ins for Slack and the providers')
    .command('serve')
    .description('start the stand-ins alone, so that any client can be pointed at them')
    .option('--slack-port <n>', 'port of the Slack stand-in', wholeNumber(0, 65_535), 4010)
    .option('--openai-port <n>', 'port of the OpenAI stand-in', wholeNumber(0, 65_535), 4011)
    .option('--anthropic-port <n>', 'port of the Anthropic stand-in', wholeNumber(0, 65_535), 4012)
    .option('--lag-minutes <n>', 'how late the providers publish usage', wholeNumber(0, 120), 5)
    .option('--seed <n>', 'same seed, same company', wholeNumber(0, 2 ** 31 - 1), 1)
    .action(async (options: Parameters<SandboxModule['serveStandIns']>[0]) => {
      const { serveStandIns } = await loadSandbox();
      const served = await serveStandIns(options);
      out(`${served.lines.join('\n')}\n`);
      err('Serving until Ctrl-C. The lines above are an environment for keysteward start.\n');
      await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
      await served.close();
    });
}

/** For the help: the list is the sandbox's own, so it is loaded for that too. */
async function scenarioList(): Promise<string> {
  // Where it is not installed the command itself says so.
  const scenarios = (await importSandbox().catch(() => undefined))?.scenarios ?? [];
  const width = Math.max(...scenarios.map(({ id }) => id.length)) + 2;
  return ['', 'Scenarios:', ...scenarios.map(({ id, title }) => `  ${id.padEnd(width)}${title}`)].join('\n');
}

interface SimulateArguments {
  readonly pollMinutes?: number;
  readonly lagMinutes: number;
  readonly seed: number;
  readonly provider: 'anthropic' | 'openai';
  readonly responderMinutes: number | 'none';
  readonly hours?: number;
  readonly json: boolean;
}

async function runSimulation(id: string, options: SimulateArguments): Promise<void> {
  const sandbox = await loadSandbox();
  const scenario = sandbox.findScenario(id);
  if (scenario === undefined) {
    const known = sandbox.scenarios.map((one) => one.id).join(', ');
    throw new InvalidArgumentError(`error: there is no scenario ${JSON.stringify(id)}. Known: ${known}.`);
  }
  const { json, hours, pollMinutes = scenario.pollMinutes, responderMinutes, ...rest } = options;
  const endsAt = hours === undefined ? scenario.endsAt : Math.min(scenario.endsAt, scenario.startAt + hours * HOUR_MS);
  const result = await sandbox.simulate({
    ...rest,
    scenario: { ...scenario, endsAt },
    pollMinutes,
    responderMinutes: responderMinutes === 'none' ? null : responderMinutes,
    // An outage that the scenario plans is part of the story, and each job that meets it logs an error.
    logger: createLogger({
      level: scenario.outages === undefined && scenario.slackOutages === undefined ? 'error' : 'silent',
    }),
    ...(json ? {} : { teller: sandbox.storyTeller({ write: out, paceMs: 0 }) }),
  });
  out(json ? `${JSON.stringify(result, null, 2)}\n` : `${sandbox.summaryText(result)}\n`);
}

/** What `npm start` shows where nothing is configured. Resolves with the exit code. */
export async function tellFirstStory(): Promise<number> {
  const sandbox = await loadSandbox();
  const scenario = sandbox.findScenario('leak-weekend');
  if (scenario === undefined) return 1;
  out(
    'This is the sandbox: a made-up company, a made-up Slack, nothing leaves this machine (README: the real thing).\n\n',
  );
  const result = await sandbox.simulate({
    scenario,
    provider: 'anthropic',
    seed: 1,
    pollMinutes: scenario.pollMinutes,
    lagMinutes: 5,
    responderMinutes: 3,
    logger: createLogger({ level: 'error' }),
    teller: sandbox.storyTeller({ write: out, paceMs: process.stdout.isTTY ? STORY_PACE_MS : 0 }),
    until: 'stopped',
  });
  out(`${sandbox.summaryText(result)}\n`);
  out('Nobody awake? npm run -s keysteward -- simulate leak-weekend --responder-minutes none\n');
  return 0;
}

async function loadSandbox(): Promise<SandboxModule> {
  const faults = sandboxFaults(process.env);
  if (faults.length > 0) {
    const publicMessage = formatFaults(faults);
    throw new AppError({ code: 'invalid_config', message: 'real admin key beside the sandbox', publicMessage });
  }
  try {
    return await importSandbox();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new AppError({
      code: 'not_supported',
      message: 'the sandbox is not installed',
      publicMessage: 'The sandbox needs the development packages: run npm ci without --omit=dev.',
      cause,
    });
  }
}
