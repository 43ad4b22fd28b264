import { spawn, spawnSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { onTestFinished } from 'vitest';
import { KEYSTEWARD } from '../../support/program.ts';

const PATIENCE_MS = 40_000;

/** Keys as a terminal sends them. */
export const ENTER = '\r';
export const DOWN = '\x1b[B';
export const CTRL_C = '\x03';

/** Whether this machine has the tool that makes a pseudo-terminal (Debian: bsdutils). */
export const hasTerminal = spawnSync('script', ['--version']).status === 0;

/** A person at a terminal: waits for a question, then types. */
export interface Terminal {
  /** Resolves when the text has appeared after what was waited for last. */
  sees(text: string): Promise<void>;
  type(keys: string): void;
  /** Waits for a question and answers it. */
  answers(question: string, keys: string): Promise<void>;
  /** Waits for a list with something to choose, and answers it. */
  picks(question: string, keys: string): Promise<void>;
  /** The same for a list that is searched. */
  finds(question: string, keys: string): Promise<void>;
  /** Resolves with the exit code. */
  ended(): Promise<number | null>;
  /** All that was shown, without colours and cursor movements. */
  screen(): string;
  /** What was shown, to the byte. */
  raw(): string;
}

/** Runs `keysteward …` in a folder, at a terminal of its own and without this machine's environment. */
export function openTerminal(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Terminal {
  const command = [process.execPath, ...KEYSTEWARD, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn(
    'script',
    ['--quiet', '--return', '--flush', '--command', `stty cols 200 rows 50; exec ${command}`, '/dev/null'],
    {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, TERM: 'xterm', SHELL: '/bin/sh', ...env },
    },
  );
  let shown = '';
  let seen = 0;
  let onOutput = () => {};
  const take = (chunk: Buffer) => {
    shown += chunk.toString('utf8');
    onOutput();
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const exit = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const screen = () => stripVTControlCharacters(shown).replaceAll('\r', '');

  const sees = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`${why} ${JSON.stringify(text)}; on the screen:\n${screen()}`));
      const limit = setTimeout(() => fail('waited in vain for'), PATIENCE_MS);
      const look = (): boolean => {
        const at = screen().indexOf(text, seen);
        if (at === -1) return false;
        seen = at + text.length;
        clearTimeout(limit);
        resolve();
        return true;
      };
      onOutput = () => void look();
      if (look()) return;
      void exit.then(() => look() || fail('ended without'));
    });
  const type = (keys: string) => void child.stdin.write(keys);
  return {
    sees,
    type,
    screen,
    raw: () => shown,
    async answers(question, keys) {
      await sees(question);
      type(keys);
    },
    async picks(question, keys) {
      await sees(question);
      // Before the list is there a terminal prompt takes no Enter.
      await sees('❯');
      type(keys);
    },
    async finds(question, keys) {
      await sees(question);
      // Shown once while it is looked for, and once when it can be chosen.
      await sees('❯');
      await sees('❯');
      type(keys);
    },
    ended: () => exit,
  };
}
