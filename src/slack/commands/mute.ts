import { isMutableRule } from '../../domain/hold.ts';
import { parseEnd } from '../../domain/window-words.ts';
import type { KeySummary } from '../../services/inventory/list-keys.ts';
import { endHold, muteRule } from '../../services/noise/holds.ts';
import { describeHold, holdsInForce } from '../../services/noise/read-holds.ts';
import { muteAct, ruleNamed } from '../../services/noise/rules.ts';
import { authorise } from '../authorise.ts';
import type { CommandRequest, Subcommand } from '../command.ts';
import type { SlackContext } from '../context.ts';
import { answer } from '../views/blocks.ts';
import { endedLine, holdListView, mutedView } from '../views/hold.ts';
import { escaped, plainForeign } from '../views/text.ts';
import { holdsFor, zoneOf } from './lib/holds-for.ts';
import { invalid, keyAndRest, pickKey } from './lib/pick-key.ts';

export const mute: Subcommand = {
  name: 'mute',
  usage: 'mute <key> <rule> <time> [reason]',
  summary:
    'what one rule finds on a key calls nobody until then, 30 days at most; `end` instead of the time ends it, without a key all of them',
  group: 'own',
  forOwners: true,
  async run(context, request) {
    const { deps, locale } = context;
    const { wanted, rest } = keyAndRest(request.argument);
    if (wanted === '') {
      const cards = await holdsFor(context, request, 'mute');
      return cards.length === 0 ? answer(`No rule is muted. ${rulesText(context)}`) : holdListView(cards, locale);
    }
    const picked = await pickKey(context, { wanted, rest, command: 'mute', asker: request });
    if ('answer' in picked) return picked.answer;
    const { lineage } = picked.found;
    const { wanted: typed, rest: after } = keyAndRest(rest);
    if (typed === '') {
      const cards = (await holdsInForce(deps, lineage.id)).filter(({ hold }) => hold.kind === 'mute');
      if (cards.length > 0) return holdListView(cards, locale);
      return answer(`No rule is muted for *${escaped(lineage.slug)}*. ${rulesText(context)}`);
    }
    const rule = ruleNamed(deps, typed);
    if (rule === undefined) {
      throw invalid(`No rule is called “${plainForeign(typed, 40).replaceAll('`', '')}”. ${rulesText(context)}`);
    }
    const asked = { lineage, ruleId: rule.id, title: rule.title };
    return /^(?:end|off)\b/i.test(after) ? unmute(context, request, asked) : set(context, request, { ...asked, after });
  },
};

interface Asked extends Pick<KeySummary, 'lineage'> {
  readonly ruleId: string;
  readonly title: string;
}

async function set(context: SlackContext, request: CommandRequest, asked: Asked & { readonly after: string }) {
  const { deps, locale } = context;
  const { lineage, ruleId, after } = asked;
  const timeZone = await zoneOf(context, request.userId);
  const typed = parseEnd(after, { now: deps.clock.now(), timeZone });
  if (!typed.ok) throw invalid(`${typed.fault} For instance \`/keys mute ${lineage.slug} ${ruleId} 3d known batch\`.`);
  const actor = await authorise(context, { gesture: request, act: muteAct(lineage), lineage });
  const { untilAt, reason } = typed;
  const hold = await muteRule(deps, { actor, lineageId: lineage.id, ruleId, untilAt, reason });
  return mutedView(await describeHold(deps, hold), locale);
}

async function unmute(context: SlackContext, request: CommandRequest, { lineage, ruleId, title }: Asked) {
  const { deps, locale } = context;
  const card = (await holdsInForce(deps, lineage.id)).find(
    ({ hold }) => hold.kind === 'mute' && hold.ruleId === ruleId,
  );
  if (card === undefined) {
    return answer(`“${escaped(title)}” is not muted for *${escaped(lineage.slug)}*; nothing was changed.`);
  }
  // It protects again: nobody needs the right to mute a production key for that.
  const actor = await authorise(context, { gesture: request, act: 'mute', lineage });
  const ended = await endHold(deps, { actor, holdId: card.hold.id });
  return answer(endedLine(await describeHold(deps, ended ?? card.hold), locale));
}

function rulesText({ deps }: SlackContext): string {
  const rules = deps.detectors.filter(({ id }) => isMutableRule(id));
  return `The rules: ${rules.map(({ id, title }) => `\`${id}\` (${escaped(title)})`).join(', ')}.`;
}
