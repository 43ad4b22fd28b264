import type { KnownBlock, View } from '@slack/types';
import { formatMoney } from '../../domain/money.ts';
import { plural } from '../../domain/time.ts';
import type { Scope } from '../../ports/store.ts';
import type { EachOutcome } from '../../services/actions/request-each.ts';
import type { ScopeKey, ScopePlan } from '../../services/actions/suspend-scope.ts';
import { INPUT, noticeModal, plain, REASON_BLOCK, reasonInput } from './action-modal.ts';
import { environmentText, ownerText } from './alert.ts';
import { section, sections } from './blocks.ts';
import { escaped, foreign, type Locale, plainForeign } from './text.ts';

export const SCOPE_MODAL = 'scope_suspend';
export const SCOPE_TITLE = 'Suspend scope';
export const SCOPE_BLOCKS = { name: 'scope_name', reason: REASON_BLOCK } as const;
// A modal holds so much; what is left out is counted, and suspended all the same.
const MAX_LINES = 250;
const MAX_RESULTS = 250;

/** What a person types to confirm: as it is shown to them. */
export function typedNameOf({ name, id }: Pick<Scope, 'name' | 'id'>): string {
  return plainForeign(name.trim() === '' ? id : name);
}

/** Names every key that stops, who has it and what it does just now; and those that go on. */
export function scopeModal(
  plan: ScopePlan,
  { metadata, changed, locale }: { readonly metadata: string; readonly changed: boolean; readonly locale: Locale },
): View {
  const { scope, providerTitle, hits, spared } = plan;
  const name = typedNameOf(scope);
  const shown = hits.slice(0, MAX_LINES).map((hit) => hitText(hit, locale));
  const more = hits.length - shown.length;
  const blocks: KnownBlock[] = [];
  if (changed)
    blocks.push(section(':warning: *Nothing is done yet: the keys of this scope have just changed.* Look again.'));
  blocks.push(
    section(
      `*Suspend ${plural(hits.length, 'key')} of ${escaped(providerTitle)} / ${foreign(scope.name)}*\nRequests with these keys fail from now on. It can be undone, key by key. Usage without a key (console, sign-in) goes on.`,
    ),
    ...sections([...shown, ...(more > 0 ? [`and ${plural(more, 'more key')}`] : [])]),
    ...sections(sparedLines(spared)),
    reasonInput('a leak, and we do not know which key'),
    {
      type: 'input',
      block_id: SCOPE_BLOCKS.name,
      label: plain(`Type ${name} to confirm`),
      element: { type: 'plain_text_input', action_id: INPUT, max_length: 100 },
    },
  );
  return {
    type: 'modal',
    callback_id: SCOPE_MODAL,
    title: plain(SCOPE_TITLE),
    submit: plain('Suspend all'),
    close: plain('Cancel'),
    private_metadata: metadata,
    blocks,
  };
}

/** There is nothing that could be suspended, and why. */
export function nothingToSuspendModal({ scope, spared }: ScopePlan): View {
  const lines = [`No working key of ${foreign(scope.name)} can be suspended from here.`, ...sparedLines(spared)];
  return noticeModal(SCOPE_TITLE, lines.join('\n'));
}

export function scopeResultModal(outcomes: readonly EachOutcome[]): View {
  const asked = outcomes.filter(({ problem }) => problem === null).length;
  const verdict = `*${asked} of ${plural(outcomes.length, 'key')} ${asked === 1 ? 'is' : 'are'} being suspended.* \`/keys status\` shows what the provider has not confirmed yet; until then it is tried again.`;
  const lines = outcomes
    .toSorted((a, b) => Number(b.problem !== null) - Number(a.problem !== null))
    .slice(0, MAX_RESULTS)
    .map(
      ({ slug, problem }) =>
        `• *${escaped(slug)}*: ${problem === null ? 'on its way' : `:warning: ${escaped(problem)}`}`,
    );
  const view = noticeModal(SCOPE_TITLE, verdict);
  return { ...view, blocks: [...view.blocks, ...sections(lines)] };
}

function hitText({ key, lineage, requests, microUsd }: ScopeKey, locale: Locale): string {
  const traffic =
    microUsd === 0 && requests === 0
      ? 'quiet in the last hour'
      : `${plural(requests, 'request')} and ${formatMoney(microUsd, locale.currency)} in the last hour`;
  return `• *${escaped(lineage.slug)}* · ${environmentText(lineage)} · ${ownerText(lineage, key.owner)} · ${traffic}`;
}

function sparedLines(spared: ScopePlan['spared']): string[] {
  return spared.slice(0, MAX_LINES).map(({ slug, why }) => {
    const reason = why === 'admin' ? 'an admin key is never stopped from here' : 'it cannot be suspended from here';
    return `Not included: *${escaped(slug)}*, ${reason}.`;
  });
}
