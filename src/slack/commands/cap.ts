import type { Lineage } from '../../domain/key.ts';
import { capWords, parseCap } from '../../domain/limits.ts';
import { ownCapOf } from '../../domain/own-cap.ts';
import type { Policy } from '../../domain/policy.ts';
import { monthStart } from '../../domain/time.ts';
import { describeRaise } from '../../services/grants/describe-raise.ts';
import { changeLineage } from '../../services/inventory/change-lineage.ts';
import type { KeySummary } from '../../services/inventory/list-keys.ts';
import { capControls, describeScope } from '../../services/limits/describe-scope.ts';
import { presentOvershoot } from '../../services/limits/present-overshoot.ts';
import { keysCountedIn } from '../../services/rotation/named-keys.ts';
import { actToSetCap } from '../actions/lib/act-to-set-cap.ts';
import { authorise } from '../authorise.ts';
import type { Subcommand } from '../command.ts';
import type { SlackContext } from '../context.ts';
import { capAnswerView } from '../views/cap-answer.ts';
import { invalid, keyAndRest, pickKey } from './lib/pick-key.ts';

const POLICY = 'policy';

export const cap: Subcommand = {
  name: 'cap',
  usage: 'cap <key> <amount>',
  summary:
    'the monthly cap, such as `250`, `€200` or `none`; `policy` leaves it to policy; without an amount what it is',
  group: 'own',
  async run(context, request) {
    const { deps } = context;
    const { wanted, rest } = keyAndRest(request.argument);
    const picked = await pickKey(context, { wanted, rest, command: 'cap', asker: request });
    if ('answer' in picked) return picked.answer;
    const { lineage } = picked.found;
    if (rest === '') return capView(context, picked.found, null);
    const typed = parsed(rest, lineage, deps.policy);
    if (!typed.ok) throw invalid(`${typed.fault} For instance \`/keys cap ${lineage.slug} 250\`.`);
    const { own } = await describeRaise(deps, picked.found.key, lineage);
    const caps = { from: ownCapOf(lineage, deps.policy).microUsd, to: typed.monthlyMicroUsd };
    const act = actToSetCap(caps, own.boundMicroUsd, 'classify');
    const actor = await authorise(context, { gesture: request, act, lineage });
    const { after } = await changeLineage(deps, { actor, lineageId: lineage.id, revision: null, change: typed.change });
    const said = { from: capWords(caps.from), converted: typed.converted };
    return capView(context, { ...picked.found, lineage: after }, said);
  },
};

/** `policy` takes back what people said, so that its rule holds again. */
function parsed(text: string, lineage: Lineage, policy: Policy) {
  if (text.toLowerCase() === POLICY) {
    const change = { capMicroUsd: null, capSource: null };
    const { microUsd } = ownCapOf({ ...lineage, ...change }, policy);
    return { ok: true, monthlyMicroUsd: microUsd, converted: null, change } as const;
  }
  const typed = parseCap(text, policy.currency);
  if (!typed.ok) return typed;
  return { ...typed, change: { capMicroUsd: typed.monthlyMicroUsd, capSource: 'slack' } } as const;
}

async function capView(
  { deps, locale }: SlackContext,
  { key, lineage }: KeySummary,
  changed: { readonly from: string; readonly converted: string | null } | null,
) {
  const scope = key.kind === 'admin' ? null : await describeScope(deps, key);
  const keys = await keysCountedIn(deps.store.read, lineage.id);
  const controls = capControls(deps, key, scope?.known ?? null);
  const spentMicroUsd = await monthOf(
    deps,
    keys.map(({ id }) => id),
  );
  const own = ownCapOf(lineage, deps.policy);
  const { ownMicroUsd } = await presentOvershoot(deps, {
    connectionId: key.connectionId,
    keyIds: keys.map(({ id }) => id),
  });
  const answer = { key, lineage, own, overshootMicroUsd: ownMicroUsd, scope, controls, changed, spentMicroUsd };
  return capAnswerView(answer, locale);
}

async function monthOf({ store, clock }: SlackContext['deps'], keyIds: readonly string[]): Promise<number> {
  const now = clock.now();
  return store.read.usage.costOf(keyIds, { from: monthStart(now), to: now });
}
