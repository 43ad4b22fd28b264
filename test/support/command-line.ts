import { spawnSync } from 'node:child_process';
import { KEYSTEWARD } from './program.ts';

/** The command as a person runs it, in a folder of its own and without this machine's environment. */
export function keysteward(folder: string, ...args: readonly string[]) {
  const env = { PATH: process.env['PATH'], HOME: folder, KEYSTEWARD_DATABASE: './data.db' };
  const command = [...KEYSTEWARD, ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: folder, env, encoding: 'utf8' });
  return { status, stdout, stderr };
}
