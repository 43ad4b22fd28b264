import type { KnownBlock, View } from '@slack/types';
import { formatMoney } from '../../domain/money.ts';
import type { CapRow } from '../../services/limits/read-cap-rows.ts';
import { type ButtonValue, encodeButton } from '../button-value.ts';
import { INPUT, plain } from './action-modal.ts';
import { actions, button, context, type Rendered, section, sections, TEXT_MAX } from './blocks.ts';
import { overshootText, ownCapText, proposalText } from './cap-words.ts';
import { AMOUNT_BLOCK, amountText } from './limit-modals.ts';
import type { Page } from './paging.ts';
import { capText, SCOPE_NOUN, spentText } from './scope.ts';
import { capped, escaped, footerText, foreign, type Locale } from './text.ts';

export const APPLY_CAP = 'cap_apply';
export const APPLY_TITLE = 'Apply cap';

export interface CapList {
  readonly page: Page<CapRow>;
  readonly total: number;
}

/** Present against proposed, with a button where they differ. */
export function capListView({ page, total }: CapList, locale: Locale): Rendered {
  const title =
    total === 0
      ? 'No working key fits. `/keys list` shows every key.'
      : 'Caps a calendar month (UTC), the dearest keys first';
  const rows = page.items.map((row) => ({ row, text: rowLines(row, locale).join('\n') }));
  const footer = footerText(
    [page.text, 'how caps are proposed and what they stop: docs/caps.md'].filter((one) => one !== ''),
    locale,
  );
  const blocks: KnownBlock[] = [section(`*${title}*`)];
  for (const { row, text } of rows) blocks.push(rowBlock(row, text));
  if (page.buttons.length > 0) blocks.push(actions(`page_${page.number}`, page.buttons));
  blocks.push(context(footer));
  return { text: capped([title, ...rows.map(({ text }) => text), footer].join('\n'), TEXT_MAX), blocks };
}

function rowBlock(row: CapRow, text: string): KnownBlock {
  const { key, lineage, proposal, presentMicroUsd } = row;
  if (proposal.monthlyMicroUsd === null || proposal.monthlyMicroUsd === presentMicroUsd) return section(text);
  const value = encodeButton({ alertId: null, keyId: key.id, generation: key.generation });
  const accessibilityLabel = `Apply the proposed cap to ${lineage.slug}`;
  return { ...section(text), accessory: button({ actionId: APPLY_CAP, label: 'Apply…', value, accessibilityLabel }) };
}

function rowLines(row: CapRow, locale: Locale): string[] {
  const { lineage, own, cannotEnforce, monthMicroUsd, overshoot, scope, proposal, target, presentMicroUsd } = row;
  const spent = escaped(formatMoney(monthMicroUsd, locale.currency));
  const lines = [`*${escaped(lineage.slug)}* · ${spent} this month · own cap ${ownCapText(own, !cannotEnforce)}`];
  if (own.microUsd !== null) lines.push(`    ◦ ${overshootText(overshoot.ownMicroUsd, locale)}`);
  if (scope !== null) {
    const used = spentText(scope, scope.spentMicroUsd, locale);
    lines.push(`    ◦ provider: ${capText(scope, locale)}${used === null ? '' : ` · ${used}`}`);
  }
  const where = target === 'provider' && scope !== null ? ` for the whole ${SCOPE_NOUN[scope.capScope]}` : '';
  const isSame = proposal.monthlyMicroUsd !== null && proposal.monthlyMicroUsd === presentMicroUsd;
  lines.push(`    ◦ ${isSame ? 'as proposed' : 'proposed'}${where}: ${proposalText(proposal, locale)}`);
  return lines;
}

export interface OwnCapModalState {
  readonly row: CapRow;
  readonly where: string;
  readonly buttonValue: ButtonValue;
}

/** For a key whose cap cannot be set at the provider from here: Keysteward's own. */
export function ownCapModal({ row, where, buttonValue }: OwnCapModalState, locale: Locale): View {
  const { lineage, own, cannotEnforce, proposal, scope, controls } = row;
  const provider =
    scope === null
      ? 'It belongs to no project or workspace with a cap of its own.'
      : `The provider itself enforces: ${capText(scope, locale)}.`;
  const link =
    controls.consoleSteps === null
      ? ''
      : ` <${controls.consoleSteps.url}|Change that there>; it cannot be set from here.`;
  const amount = proposal.monthlyMicroUsd === null ? null : amountText(proposal.monthlyMicroUsd);
  return {
    type: 'modal',
    callback_id: APPLY_CAP,
    title: plain(APPLY_TITLE),
    submit: plain('Set cap'),
    close: plain('Cancel'),
    private_metadata: JSON.stringify({ ...buttonValue, revision: lineage.revision }),
    blocks: [
      ...sections([
        `*Own cap of ${escaped(lineage.slug)}* · ${foreign(where)}`,
        `Now: ${ownCapText(own, !cannotEnforce)}. It holds for this key alone, nobody else.`,
        `Proposed: ${proposalText(proposal, locale)}`,
        `${provider}${link}`,
        own.enforced && !cannotEnforce
          ? 'At this cap Keysteward suspends the key; that can be undone.'
          : 'This cap is watched: people are told as it is used up. It stops nothing by itself; `enforce` under `caps.monthly` in policy.yml would.',
      ]),
      {
        type: 'input',
        block_id: AMOUNT_BLOCK,
        label: plain('US dollars a calendar month (UTC)'),
        hint: plain('Whole cents, such as 250 or 99.50. The word none removes the cap.'),
        element: {
          type: 'plain_text_input',
          action_id: INPUT,
          max_length: 20,
          ...(amount === null ? {} : { initial_value: amount }),
        },
      },
    ],
  };
}
