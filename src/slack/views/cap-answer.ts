import type { KnownBlock } from '@slack/types';
import type { Key, Lineage } from '../../domain/key.ts';
import { capWords } from '../../domain/limits.ts';
import { formatMoney } from '../../domain/money.ts';
import type { OwnCap } from '../../domain/own-cap.ts';
import type { CapControls, ScopeCard } from '../../services/limits/describe-scope.ts';
import { encodeButton } from '../button-value.ts';
import { actions, context, type Rendered, sections } from './blocks.ts';
import { overshootText } from './cap-words.ts';
import { capText } from './scope.ts';
import { escaped, footerText, type Locale } from './text.ts';

export interface CapAnswer {
  readonly key: Key;
  readonly lineage: Lineage;
  readonly scope: ScopeCard | null;
  readonly controls: CapControls;
  /** What holds, whoever set it. */
  readonly own: OwnCap;
  readonly overshootMicroUsd: number;
  /** Null: it was only asked for. */
  readonly changed: { readonly from: string; readonly converted: string | null } | null;
  /** By the lineage in this calendar month. */
  readonly spentMicroUsd: number;
}

const WATCHED_TEXT = 'It is watched here: people are told as it is used up. It does not stop the key by itself.';
const ENFORCED_TEXT = 'Policy has the key suspended at it, where that can be undone.';

/** The team's own cap, which is watched here, beside what the provider itself enforces. */
export function capAnswerView(answer: CapAnswer, locale: Locale): Rendered {
  const { key, lineage, scope, controls, changed, spentMicroUsd } = answer;
  const slug = escaped(lineage.slug);
  const own = capWords(answer.own.microUsd);
  const was = changed === null ? '' : ` now; it was ${changed.from}`;
  const spent = formatMoney(spentMicroUsd, locale.currency);
  const lines = [
    `The cap of *${slug}* is ${own}${was}. It has spent ${spent} this month (UTC).`,
    ...(answer.own.origin === 'policy' ? ['It comes from policy (`caps.monthly`).'] : []),
    ...(changed?.converted ? [`Taken from ${escaped(changed.converted)}.`] : []),
    answer.own.microUsd === null
      ? `Nobody is warned of its month; \`/keys cap ${slug} 250\` sets a cap.`
      : `${answer.own.enforced ? ENFORCED_TEXT : WATCHED_TEXT} No cap is exact: ${overshootText(answer.overshootMicroUsd, locale)}.`,
    `The provider itself enforces: ${capText(scope, locale)}.`,
  ];
  const blocks: KnownBlock[] = [...sections(lines)];
  if (controls.canChange) {
    const value = encodeButton({ alertId: null, keyId: key.id, generation: key.generation });
    const accessibilityLabel = `Change the cap of ${lineage.slug} at the provider`;
    blocks.push(actions('cap', [{ actionId: 'scope_cap', label: 'Change cap…', value, accessibilityLabel }]));
  }
  const link = controls.consoleSteps === null ? [] : [`<${controls.consoleSteps.url}|Change the provider’s cap there>`];
  const footer = footerText(link, locale);
  if (footer !== '') blocks.push(context(footer));
  return { text: [...lines, footer].filter((line) => line !== '').join('\n'), blocks };
}
