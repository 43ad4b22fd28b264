import { readRisk } from '../../services/risk/read-risk.ts';
import type { Subcommand } from '../command.ts';
import { riskView } from '../views/risk.ts';

export const blastRadius: Subcommand = {
  name: 'blast-radius',
  usage: 'blast-radius',
  summary:
    'what each key could cost in 48 hours if it leaked now, what stops it, and the one change that lowers that most',
  group: 'look',
  async run({ deps, locale }, { page }) {
    return riskView(await readRisk(deps), { locale, paging: { command: 'blast-radius', argument: '', page } });
  },
};
