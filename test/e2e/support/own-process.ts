import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { KEYSTEWARD } from '../../support/program.ts';

/** As long as Docker waits before it kills. */
const PATIENCE_MS = 10_000;

export interface OwnProcess {
  readonly output: () => string;
  /** Resolves when the output holds it; rejects when the process ends before. */
  says(pattern: RegExp): Promise<void>;
  /** SIGTERM, and SIGKILL when it is still there after Docker's patience. Resolves with the exit code, or the signal. */
  terminate(): Promise<number | NodeJS.Signals | null>;
}

/** `keysteward start` in a process of its own, in this folder and with nothing of this machine's environment. */
export function startOwnProcess(folder: string, env: Readonly<Record<string, string>>): OwnProcess {
  const child = spawn(process.execPath, [...KEYSTEWARD, 'start'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, TZ: 'UTC', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      child.emit('output');
    });
  }
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals | null);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    output: () => output,
    says: (pattern) => said(child, ended, { pattern, output: () => output }),
    async terminate() {
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
      const result = await ended;
      clearTimeout(killer);
      return result;
    },
  };
}

interface Wanted {
  readonly pattern: RegExp;
  readonly output: () => string;
}

async function said(child: ChildProcess, ended: Promise<unknown>, { pattern, output }: Wanted): Promise<void> {
  let isOver = false;
  void ended.then(() => {
    isOver = true;
    child.emit('output');
  });
  while (!pattern.test(output())) {
    if (isOver) throw new Error(`it ended without ${pattern}:\n${output()}`);
    await once(child, 'output');
  }
}
