import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type Check, fault, type Line, ok, type Surroundings, warning } from '../check.ts';

const OTHERS = 0o077;

/** Every fault of the environment and of policy.yml, each on its own line. */
export const configuration: Check = {
  subject: 'configuration',
  isLocal: true,
  run: async ({ parts, cwd }) => [...wholeLines(parts), ...modeLines(join(cwd, '.env'))],
};

function wholeLines({ whole, paths }: Surroundings['parts']): readonly Line[] {
  if (!whole.ok) {
    return whole.faults.map(({ where, problem, fix }) =>
      fault({ subject: 'configuration', what: `${where} ${problem}` }, fix),
    );
  }
  const { connections, slack } = whole.config;
  const way = slack.transport.kind === 'socket' ? 'Socket Mode' : `HTTP on port ${slack.transport.port}`;
  const keys = connections.map(({ connectionId }) => connectionId).join(', ');
  return [ok('configuration', `complete: ${way}; ${keys}; ${paths.policyPath}`)];
}

/** What only this user should read. */
function modeLines(path: string): readonly Line[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined || process.platform === 'win32' || (stats.mode & OTHERS) === 0) return [];
  return [warning({ subject: '.env', what: 'can be read by other users' }, 'Run: chmod 600 .env')];
}
