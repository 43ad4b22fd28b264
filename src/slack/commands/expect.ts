import { alertName } from '../../domain/alert.ts';
import { parseWindow } from '../../domain/window-words.ts';
import type { KeySummary } from '../../services/inventory/list-keys.ts';
import { declareWindow, endHold } from '../../services/noise/holds.ts';
import { describeHold, holdsInForce } from '../../services/noise/read-holds.ts';
import { authorise } from '../authorise.ts';
import type { CommandRequest, Subcommand } from '../command.ts';
import type { SlackContext } from '../context.ts';
import { answer } from '../views/blocks.ts';
import { declaredView, endedLine, holdListView } from '../views/hold.ts';
import { escaped } from '../views/text.ts';
import { holdsFor, zoneOf } from './lib/holds-for.ts';
import { invalid, keyAndRest, pickKey } from './lib/pick-key.ts';

export const expect: Subcommand = {
  name: 'expect',
  usage: 'expect <key> until <time> <amount> [reason]',
  summary:
    'a window in which the key may spend so much in all, such as `until 18:00 500 load test`; `end` ends it, without a key all of them',
  group: 'own',
  forOwners: true,
  async run(context, request) {
    const { locale } = context;
    const { wanted, rest } = keyAndRest(request.argument);
    if (wanted === '') {
      const cards = await holdsFor(context, request, 'expect');
      return cards.length === 0
        ? answer('No window is declared. `/keys expect prod-api until 18:00 500 load test` declares one.')
        : holdListView(cards, locale);
    }
    const picked = await pickKey(context, { wanted, rest, command: 'expect', asker: request });
    if ('answer' in picked) return picked.answer;
    if (rest === '') return windowOf(context, picked.found);
    return /^end\b/i.test(rest)
      ? endWindow(context, request, picked.found)
      : declare(context, request, { ...picked.found, rest });
  },
};

async function windowOf({ deps, locale }: SlackContext, { lineage }: KeySummary) {
  const cards = (await holdsInForce(deps, lineage.id)).filter(({ hold }) => hold.kind === 'expect');
  if (cards.length > 0) return holdListView(cards, locale);
  const slug = escaped(lineage.slug);
  return answer(
    `No window is declared for *${slug}*. \`/keys expect ${slug} until 18:00 500 load test\` declares one.`,
  );
}

async function endWindow(context: SlackContext, request: CommandRequest, { lineage }: KeySummary) {
  const { deps, locale } = context;
  const [card] = (await holdsInForce(deps, lineage.id)).filter(({ hold }) => hold.kind === 'expect');
  if (card === undefined) return answer(`No window is declared for *${escaped(lineage.slug)}*; nothing was changed.`);
  const actor = await authorise(context, { gesture: request, act: 'declare', lineage });
  const ended = await endHold(deps, { actor, holdId: card.hold.id });
  return answer(endedLine(await describeHold(deps, ended ?? card.hold), locale));
}

async function declare(
  context: SlackContext,
  request: CommandRequest,
  { lineage, rest }: KeySummary & { readonly rest: string },
) {
  const { deps, locale } = context;
  const now = deps.clock.now();
  const timeZone = await zoneOf(context, request.userId);
  const typed = parseWindow(rest, { now, timeZone, currency: deps.policy.currency });
  if (!typed.ok)
    throw invalid(`${typed.fault} For instance \`/keys expect ${lineage.slug} until 18:00 500 load test\`.`);
  const actor = await authorise(context, { gesture: request, act: 'declare', lineage });
  const { untilAt, ceilingMicroUsd, converted, reason } = typed;
  const hold = await declareWindow(deps, { actor, lineageId: lineage.id, untilAt, ceilingMicroUsd, reason });
  const alert = await deps.store.read.alerts.latestOfLineage(lineage.id);
  const openAlert = alert === undefined || alert.state === 'resolved' ? null : alertName(alert);
  return declaredView(await describeHold(deps, hold), { locale, now, converted, openAlert });
}
