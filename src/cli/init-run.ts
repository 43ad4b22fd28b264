import { AppError } from '../domain/errors.ts';
import { providers } from '../providers/index.ts';
import { runDoctor } from './doctor-run.ts';
import { Interrupted, terminal } from './init/ask.ts';
import { Draft } from './init/draft.ts';
import { placesStep } from './init/policy-step.ts';
import { providerStep } from './init/provider-step.ts';
import { safetyStep } from './init/safety-step.ts';
import type { Session } from './init/session.ts';
import { slackStep } from './init/slack-step.ts';
import { type Flags, fillFromFlags } from './init/unattended.ts';
import { carryOut, planOf } from './init/write.ts';
import { err, out } from './output.ts';

const EXIT_INTERRUPTED = 130;
const NO_TERMINAL =
  "keysteward init asks questions and needs a terminal. Without one: keysteward init --yes --channel '#ai-keys' --admin U0123456789, with tokens and keys in the environment or in files (…_FILE).";

export async function init(flags: Flags): Promise<number> {
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  if (!flags.yes && !isTerminal)
    throw new AppError({ code: 'invalid_input', message: 'no terminal', publicMessage: NO_TERMINAL });
  const draft = new Draft(process.env);
  draft.refuseFaults();
  try {
    const isAgreed = flags.yes ? await unattended(draft, flags) : await asked({ ask: terminal, say, draft });
    if (!isAgreed) return EXIT_INTERRUPTED;
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    err('\nStopped. Nothing was written.\n');
    return EXIT_INTERRUPTED;
  }
  say('\nDoctor:');
  const exitCode = await runDoctor({ json: false });
  if (exitCode === 0) say('Start it: keysteward start (from the source: npm run -s keysteward -- start)');
  return exitCode;
}

async function asked(session: Session): Promise<boolean> {
  const { ask } = session;
  say('This sets Keysteward up for your workspace. Nothing is written before the end; run it again whenever you like.');
  const workspace = await slackStep(session);
  await providerStep(session, providers);
  await placesStep(session, workspace);
  await safetyStep(session);
  const plan = planOf(session.draft);
  if (plan.lines.length === 0) {
    say('\nNothing to change.');
    return true;
  }
  say(`\nThis will be written:\n${plan.lines.join('\n')}\n`);
  if (!(await ask.confirm('Write it?', true))) {
    say('Nothing was written.');
    return false;
  }
  carryOut(plan);
  say('Written.');
  return true;
}

async function unattended(draft: Draft, flags: Flags): Promise<boolean> {
  await fillFromFlags(draft, flags);
  const plan = planOf(draft);
  carryOut(plan);
  say(plan.lines.length === 0 ? 'Nothing to change.' : `Written:\n${plan.lines.join('\n')}`);
  return true;
}

function say(text: string): void {
  out(`${text}\n`);
}
