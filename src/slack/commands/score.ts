import { CHECKS } from '../../domain/hygiene/checks.ts';
import { ownerScore } from '../../domain/hygiene/score.ts';
import { userIdIn } from '../../domain/key-query.ts';
import { readScores } from '../../services/hygiene/read-score.ts';
import type { Subcommand } from '../command.ts';
import { checkView, ownerScoreView, scoreView } from '../views/score.ts';
import { invalid } from './lib/pick-key.ts';

export const score: Subcommand = {
  name: 'score',
  usage: 'score [@user]',
  summary: 'the hygiene score, 0 to 100, of the company or of an owner, with each point lost and what gives it back',
  group: 'look',
  async run({ deps, locale }, { argument, page, userId }) {
    const scores = await readScores(deps);
    if (argument === '') return scoreView(scores, locale);
    const check = scores.company.checks.find(({ id }) => id === argument.toLowerCase());
    if (check !== undefined) return checkView(check, { locale, paging: { command: 'score', argument, page } });
    const asked = argument.toLowerCase() === 'me' ? userId : userIdIn(argument);
    if (asked === null) throw invalid(`Mention an owner with @, say \`me\`, or name a check: ${CHECKS.join(', ')}.`);
    return ownerScoreView(asked, ownerScore(scores.keys, asked), locale);
  },
};
