import type { KnownBlock, View } from '@slack/types';
import type { LintFinding, LintFix } from '../../domain/hygiene/lint.ts';
import { plural } from '../../domain/time.ts';
import type { ConsoleSteps } from '../../ports/provider.ts';
import type { LintEntry } from '../../services/hygiene/read-lint.ts';
import { encodeButton } from '../button-value.ts';
import { INPUT, plain } from './action-modal.ts';
import { actions, type ButtonSpec, context, type Rendered, section, sections, TEXT_MAX } from './blocks.ts';
import { type Paging, pageOf } from './paging.ts';
import { capped, escaped, foreign } from './text.ts';

export const LINT_ASSIGN = 'lint_assign';
export const LINT_RENAME = 'lint_rename';
export const LINT_SPLIT = 'lint_split';
export const RENAME_TITLE = 'Rename key';
export const NAME_BLOCK = 'name';
const PAGE_ROWS = 10;
const EVIDENCE_MAX = 120;

const FIX_BUTTON: Readonly<Record<LintFix, Pick<ButtonSpec, 'actionId' | 'label'>>> = {
  assign: { actionId: LINT_ASSIGN, label: 'Assign…' },
  edit: { actionId: LINT_ASSIGN, label: 'Assign…' },
  rename: { actionId: LINT_RENAME, label: 'Rename…' },
  split: { actionId: LINT_SPLIT, label: 'Split…' },
};

/** What policy has against each key, with the button that mends it. */
export function lintView(entries: readonly LintEntry[], pattern: string, paging: Paging): Rendered {
  const found = entries.filter(({ findings }) => findings.length > 0);
  const title =
    entries.length === 0
      ? 'There is no working key.'
      : found.length === 0
        ? `All ${plural(entries.length, 'key')} are as policy wants them.`
        : `${found.length.toLocaleString('en-US')} of ${plural(entries.length, 'key')} are not as policy wants them`;
  const page = pageOf(found, PAGE_ROWS, paging);
  const blocks: KnownBlock[] = [section(`*${title}*`)];
  const lines = [title];
  for (const entry of page.items) {
    const text = [`• *${escaped(entry.subject.slug)}*`, ...findingLines(entry.findings)].join('\n');
    lines.push(text);
    blocks.push(section(text), actions(`lint_${entry.key.id}`, buttonsOf(entry)));
  }
  if (page.buttons.length > 0) blocks.push(actions(`page_${page.number}`, page.buttons));
  const footer = [`Names: ${escaped(pattern)} (policy.yml, naming)`, page.text].filter((one) => one !== '').join(' · ');
  blocks.push(context(footer));
  return { text: capped([...lines, footer].join('\n'), TEXT_MAX), blocks };
}

/** A line for each; what comes from outside is escaped. */
export function findingLines(findings: readonly LintFinding[]): readonly string[] {
  return findings.map(({ what, evidence }) => {
    const seen = evidence.length === 0 ? '' : `: ${evidence.map((text) => foreign(text, EVIDENCE_MAX)).join('; ')}`;
    return `    ◦ ${escaped(what)}${seen}`;
  });
}

function buttonsOf({ key, subject, findings }: LintEntry): readonly ButtonSpec[] {
  const value = encodeButton({ alertId: null, keyId: key.id, generation: key.generation });
  const specs = new Map(findings.map(({ fix }) => [FIX_BUTTON[fix].actionId, FIX_BUTTON[fix]]));
  return [...specs.values()].map((spec) => ({
    ...spec,
    value,
    accessibilityLabel: `${spec.label.replace('…', '')} ${subject.slug}`,
  }));
}

export interface RenameState {
  readonly keyId: string;
  readonly revision: number;
  readonly slug: string;
  readonly label: string;
  readonly pattern: string;
  /** Null: too little is known of the key. */
  readonly suggestion: string | null;
  readonly atProvider: boolean;
  readonly consoleSteps: ConsoleSteps | null;
}

/** One name for what people type and, where that can be done from here, for what the provider lists. */
export function renameModal(state: RenameState): View {
  const { slug, label, pattern, suggestion, atProvider, consoleSteps } = state;
  const there = atProvider
    ? 'It gets the same name at its provider.'
    : consoleSteps === null
      ? 'Its provider cannot be asked to rename it from here.'
      : `Its provider cannot rename it from here: do that in the <${consoleSteps.url}|console>. ${consoleSteps.steps.map(escaped).join(' ')}`;
  return {
    type: 'modal',
    callback_id: LINT_RENAME,
    title: plain(RENAME_TITLE),
    submit: plain('Rename'),
    close: plain('Cancel'),
    private_metadata: JSON.stringify({ keyId: state.keyId, revision: state.revision }),
    blocks: [
      ...sections([
        `*${escaped(slug)}* · at the provider ${foreign(label)}`,
        `Policy wants \`${escaped(pattern)}\`. ${there} Nothing that uses the key is touched; people type the new name from then on.`,
      ]),
      {
        type: 'input',
        block_id: NAME_BLOCK,
        label: plain('New name'),
        hint: plain('Small letters, digits and dashes, for instance prod-checkout.'),
        element: {
          type: 'plain_text_input',
          action_id: INPUT,
          max_length: 40,
          ...(suggestion === null ? {} : { initial_value: suggestion }),
        },
      },
    ],
  };
}

/** Lines of the key's card. */
export function lintFacts(findings: readonly LintFinding[]): readonly string[] {
  return findings.length === 0 ? [] : [['*Against policy* (`/keys lint`)', ...findingLines(findings)].join('\n')];
}
