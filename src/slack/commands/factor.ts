import { FACTORS, usualFactor } from '../../domain/factor.ts';
import { countsAsProduction, type Lineage } from '../../domain/key.ts';
import { DAY_MS } from '../../domain/time.ts';
import { backtestLineage, factorsOf } from '../../services/backtest/backtest.ts';
import { pickFactor } from '../../services/backtest/pick-factor.ts';
import { REPORT_DAYS } from '../../services/backtest/report-backtest.ts';
import { keysCountedIn } from '../../services/rotation/named-keys.ts';
import { authorise } from '../authorise.ts';
import type { Subcommand } from '../command.ts';
import type { SlackContext } from '../context.ts';
import { factorView } from '../views/backtest.ts';
import { invalid, keyAndRest, pickKey } from './lib/pick-key.ts';

export const factor: Subcommand = {
  name: 'factor',
  usage: `factor <key> [${FACTORS.join('|')}|policy]`,
  summary:
    'how far above its usual hour a key may go before it is alerted; without a number what each would have made of it',
  group: 'own',
  forOwners: true,
  async run(context, request) {
    const { deps } = context;
    const { wanted, rest } = keyAndRest(request.argument);
    const picked = await pickKey(context, { wanted, rest, command: 'factor', asker: request });
    if ('answer' in picked) return picked.answer;
    const { lineage } = picked.found;
    if (rest === '') return answer(context, lineage, null);
    const ratio = parseFactor(rest, context);
    const act = countsAsProduction(lineage.environment) ? 'set_factor' : 'edit';
    const actor = await authorise(context, { gesture: request, act, lineage });
    const { before, after } = await pickFactor(deps, { actor, lineageId: lineage.id, ratio });
    return answer(context, after, { from: before.ownRatio?.ratio ?? null });
  },
};

async function answer(
  { deps, locale }: SlackContext,
  lineage: Lineage,
  changed: { readonly from: number | null } | null,
) {
  const to = deps.clock.now();
  const keyIds = (await keysCountedIn(deps.store.read, lineage.id)).map(({ id }) => id);
  const span = { from: to - REPORT_DAYS * DAY_MS, to };
  const backtest = await backtestLineage(deps, { lineage, keyIds, ...span, thoroughly: true });
  const usual = usualFactor(deps.policy.detectors);
  return factorView({ lineage, backtest, days: REPORT_DAYS, usual, changed }, locale);
}

/** Null: policy's. */
function parseFactor(text: string, { deps }: SlackContext): number | null {
  if (text === 'policy') return null;
  const factors = factorsOf(deps.policy);
  const ratio = factors.find((one) => String(one) === text);
  if (ratio !== undefined) return ratio;
  throw invalid(`The factor is one of ${factors.join(', ')} or \`policy\`, for instance \`/keys factor prod-api 8\`.`);
}
