import type { KnownBlock } from '@slack/types';
import type { Change, RatedKey } from '../../domain/blast-radius/company.ts';
import { capWords } from '../../domain/limits.ts';
import { roughMoney } from '../../domain/money.ts';
import type { Risk } from '../../services/risk/read-risk.ts';
import { encodeButton } from '../button-value.ts';
import { commandButtons } from '../command-button.ts';
import { actions, type ButtonSpec, context, type Rendered, section, sections, TEXT_MAX } from './blocks.ts';
import { APPLY_CAP } from './cap-list.ts';
import { type Paging, pageOf } from './paging.ts';
import { atRiskText, stoppedText, worstText } from './risk-words.ts';
import { capped, escaped, footerText, foreign, type Locale } from './text.ts';

const PAGE_ROWS = 12;
const ASSUMPTIONS_SHOWN = 6;

/** What could be lost in 48 hours, the dearest first, and the one change that takes most off. */
export function riskView(
  risk: Risk,
  { locale, paging }: { readonly locale: Locale; readonly paging: Paging },
): Rendered {
  const page = pageOf(risk.keys, PAGE_ROWS, paging);
  const headline = headlineOf(risk, locale);
  const rows = page.items.map((one) => rowOf(one, locale));
  const change = risk.change === null ? null : changeText(risk.change, locale);
  const said = [...new Set(page.items.flatMap(({ radius }) => radius.assumptions))];
  const more = said.length > ASSUMPTIONS_SHOWN ? '; …' : '';
  const assumed =
    said.length === 0 ? '' : `Assumed: ${said.slice(0, ASSUMPTIONS_SHOWN).map(escaped).join('; ')}${more}`;
  const footer = footerText(
    [assumed, page.text].filter((one) => one !== ''),
    locale,
  );
  const blocks: KnownBlock[] = [section(headline), ...sections(rows)];
  if (change !== null) blocks.push(section(change));
  const buttons = [...changeButtons(risk.change, page.buttons.length), ...page.buttons];
  if (buttons.length > 0) blocks.push(actions(`risk_${page.number}`, buttons));
  if (footer !== '') blocks.push(context(footer));
  const text = [headline, ...rows, change ?? '', footer].filter((line) => line !== '').join('\n');
  return { text: capped(text, TEXT_MAX), blocks };
}

function headlineOf(risk: Risk, locale: Locale): string {
  if (risk.keys.length === 0) return '*There is no working key, so nothing is at risk.*';
  return `${atRiskText(risk, locale)}. That is if all leaked now and nobody did anything; what keys share is counted once.`;
}

function rowOf({ at, radius }: RatedKey, locale: Locale): string {
  return `• *${escaped(at.slug)}* · ${worstText(radius, locale)} · ${stoppedText(radius)}`;
}

export function changeText({ kind, slug, capMicroUsd, savesMicroUsd }: Change, { currency }: Locale): string {
  const saves = escaped(roughMoney(savesMicroUsd, currency));
  const name = escaped(slug);
  const what = {
    cap_scope: `cap the project or workspace of ${name} at ${capWords(capMicroUsd)}`,
    cap_by_hand: `cap the project or workspace of ${name} at ${capWords(capMicroUsd)} in its provider’s console`,
    enforce_cap: `have the cap of ${name} (${capWords(capMicroUsd)}) enforced: \`enforce: true\` under \`caps.monthly\` in policy.yml`,
    stop_key: `stop ${name}, which nobody has used for 30 days`,
  }[kind];
  return `*The one change that takes most off* (${saves} less): ${what}.`;
}

function changeButtons(change: Change | null, taken: number): readonly ButtonSpec[] {
  if (change === null || change.kind === 'enforce_cap' || change.kind === 'cap_by_hand') return [];
  const { kind, slug, keyId } = change;
  if (kind === 'cap_scope') {
    const value = encodeButton({ alertId: null, keyId, generation: 0 });
    return [
      { actionId: APPLY_CAP, label: 'Apply cap…', value, accessibilityLabel: `Apply the cap of ${foreign(slug)}` },
    ];
  }
  const line = { name: 'suspend', argument: keyId, page: 1, label: 'Suspend…', accessibilityLabel: `Suspend ${slug}` };
  return commandButtons([line], taken);
}
