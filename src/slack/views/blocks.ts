import type {
  ActionsBlock,
  Button,
  ConfirmationDialog,
  ContextBlock,
  KnownBlock,
  Overflow,
  SectionBlock,
} from '@slack/types';
import { capped } from './text.ts';

/** What chat.update takes as `text`. */
export const TEXT_MAX = 4_000;
const SECTION_MAX = 3_000;

/** What a renderer returns. `text` says what the blocks say: notifications and screen readers show only it. */
export interface Rendered {
  readonly text: string;
  readonly blocks: KnownBlock[];
}

/** What a notice says: its blocks and its text are made of the same. */
export interface Words {
  readonly verdict: string;
  readonly lines: readonly string[];
  readonly footer: string | null;
  readonly buttons?: readonly ButtonSpec[];
}

export function section(mrkdwn: string): SectionBlock {
  return { type: 'section', text: { type: 'mrkdwn', text: capped(mrkdwn, SECTION_MAX), verbatim: true } };
}

/** One plain answer. */
export function answer(mrkdwn: string): Rendered {
  return { text: capped(mrkdwn, TEXT_MAX), blocks: [section(mrkdwn)] };
}

/** Lines in as few sections as hold them: escaped text can be several times as long as it looks. */
export function sections(lines: readonly string[]): SectionBlock[] {
  const texts: string[] = [];
  for (const line of lines) {
    const last = texts.at(-1);
    const joined = last === undefined ? line : `${last}\n${line}`;
    if (last === undefined || joined.length > SECTION_MAX) texts.push(line);
    else texts[texts.length - 1] = joined;
  }
  return texts.map(section);
}

export function context(mrkdwn: string): ContextBlock {
  return { type: 'context', elements: [{ type: 'mrkdwn', text: capped(mrkdwn, SECTION_MAX), verbatim: true }] };
}

export interface ButtonSpec {
  readonly actionId: string;
  readonly label: string;
  readonly value: string;
  readonly style?: 'primary' | 'danger';
  /** Names the key for screen readers. */
  readonly accessibilityLabel?: string;
  /** Asked once more before the click counts. */
  readonly confirm?: { readonly title: string; readonly text: string; readonly yes: string };
}

export function button({ actionId, label, value, style, accessibilityLabel, confirm }: ButtonSpec): Button {
  return {
    type: 'button',
    action_id: actionId,
    text: { type: 'plain_text', text: label },
    value,
    ...(style === undefined ? {} : { style }),
    ...(accessibilityLabel === undefined ? {} : { accessibility_label: accessibilityLabel.slice(0, 75) }),
    ...(confirm === undefined ? {} : { confirm: dialog(confirm) }),
  };
}

function dialog({ title, text, yes }: NonNullable<ButtonSpec['confirm']>): ConfirmationDialog {
  const plain = (words: string) => ({ type: 'plain_text' as const, text: words });
  return { title: plain(title), text: plain(text), confirm: plain(yes), deny: plain('Cancel') };
}

/** The action id of every menu of ours. */
export const MENU = 'menu';

/** What is behind the dots: at most five. `value` names the handler (`encodeChoice`). */
export type MenuSpec = readonly Pick<ButtonSpec, 'label' | 'value'>[];

export function actions(blockId: string, buttons: readonly ButtonSpec[], menu: MenuSpec = []): ActionsBlock {
  const elements = menu.length === 0 ? buttons.map(button) : [...buttons.map(button), overflow(menu)];
  return { type: 'actions', block_id: blockId, elements };
}

function overflow(menu: MenuSpec): Overflow {
  const options = menu.map(({ label, value }) => ({ text: { type: 'plain_text' as const, text: label }, value }));
  return { type: 'overflow', action_id: MENU, options };
}
