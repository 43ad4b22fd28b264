import { type Command, InvalidArgumentError, Option } from 'commander';
import { AppError } from '../domain/errors.ts';
import { HOUR_MS } from '../domain/time.ts';
import { minutesOrNone, wholeNumber } from './arguments.ts';
import { err, out } from './output.ts';
import { addSimulateCampaign } from './simulate-campaign.ts';
import { addSimulateRotation } from './simulate-rotation.ts';

const PAGE_PORT = 4010;
const SPEEDS = ['0', '1', '60', '600'];

/** The only import of the sandbox: the production path never gets here. */
const importSandbox = () => import('../sandbox/index.ts');
type SandboxModule = Awaited<ReturnType<typeof importSandbox>>;

export function addSandboxCommands(program: Command): void {
  // A name of a simulation may stand before options that its parent knows, too.
  program.enablePositionalOptions();
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
  addSimulateRotation(simulation, loadSandbox);
  addSimulateCampaign(simulation, loadSandbox);
  program.hook('preSubcommand', async (_, command) => {
    if (command === simulation) simulation.addHelpText('after', await scenarioList());
  });

  const sandbox = program.command('sandbox').description('the stand-ins for Slack and the providers');
  const page = sandbox
    .command('page')
    .description('a working company in the browser; what npm start shows where nothing is configured')
    .option('--port <n>', `where it is served; 0 takes any (default: ${PAGE_PORT})`, wholeNumber(0, 65_535))
    .option('--story <id>', 'one of those listed below')
    .addOption(new Option('--speed <n>', 'how many times faster than real; 0 stands still').choices(SPEEDS))
    .action(async ({ port, story, speed }: { port?: number; story?: string; speed?: string }) => {
      process.exitCode = await showPage({ port, storyId: story, speed });
    });
  program.hook('preSubcommand', async (_, command) => {
    if (command === sandbox) page.addHelpText('after', await storyList());
  });
  sandbox
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
  const { createLogger } = await import('../system/logger.ts');
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

interface PageArguments {
  readonly port?: number | undefined;
  readonly storyId?: string | undefined;
  readonly speed?: string | undefined;
}

/** What `npm start` shows where nothing is configured: the page in the browser, until Ctrl-C. Resolves with the exit code. */
export async function showPage({ port, storyId, speed }: PageArguments = {}): Promise<number> {
  const { openPage } = await loadSandbox();
  const { createLogger } = await import('../system/logger.ts');
  const stopped = signalled();
  const opening = openPage({
    port: { number: port ?? PAGE_PORT, orFree: port === undefined },
    storyId,
    speed: SPEED_OF.get(speed),
    // What goes wrong in a story is part of it; the page shows it, and so does /keys status.
    logger: () => createLogger({ level: 'silent' }),
    onFault: (error) => err(`${error instanceof Error ? error.stack : String(error)}\n`),
    build: { onBuild: () => out('Building the page, once: a few seconds …\n') },
  });
  const page = await Promise.race([opening, stopped]);
  if (page !== undefined) {
    const elsewhere = port === undefined && page.port !== PAGE_PORT ? ` (port ${PAGE_PORT} is taken)` : '';
    out(`The sandbox is at http://localhost:${page.port}${elsewhere}. Ctrl-C stops it.\n`);
    out('It is a made-up company with a made-up Slack and the real bot; nothing leaves this machine.\n');
    out(`It begins with "${page.story.title}". Your own workspace: README, "Connect your workspace".\n`);
    await stopped;
  }
  await opening.then((open) => open.close());
  return 0;
}

const SPEED_OF: ReadonlyMap<string | undefined, 0 | 1 | 60 | 600> = new Map([
  ['0', 0],
  ['1', 1],
  ['60', 60],
  ['600', 600],
]);

/** Resolves at SIGINT or SIGTERM; a second one ends the process at once. */
function signalled(): Promise<undefined> {
  return new Promise((resolve) => {
    const onSignal = (): void => {
      resolve(undefined);
      process.once('SIGINT', () => process.exit(1)).once('SIGTERM', () => process.exit(1));
    };
    process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  });
}

/** For the help, as the scenarios are. */
async function storyList(): Promise<string> {
  const stories = (await importSandbox().catch(() => undefined))?.stories ?? [];
  const width = Math.max(...stories.map(({ id }) => id.length)) + 2;
  return ['', 'Stories:', ...stories.map(({ id, title }) => `  ${id.padEnd(width)}${title}`)].join('\n');
}

async function loadSandbox(): Promise<SandboxModule> {
  const { sandboxFaults } = await import('../config/start-mode.ts');
  const faults = sandboxFaults(process.env);
  if (faults.length > 0) {
    const { formatFaults } = await import('../config/faults.ts');
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
