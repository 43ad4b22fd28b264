import { readLint } from '../../services/hygiene/read-lint.ts';
import type { Subcommand } from '../command.ts';
import { lintView } from '../views/lint.ts';

export const lint: Subcommand = {
  name: 'lint',
  usage: 'lint',
  summary: 'keys whose name, owner, environment or place is not as policy wants it, each with the button that mends it',
  group: 'look',
  async run({ deps }, { argument, page }) {
    const entries = await readLint(deps);
    return lintView(entries, deps.policy.naming.pattern, { command: 'lint', argument, page });
  },
};
