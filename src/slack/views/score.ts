import type { KnownBlock } from '@slack/types';
import { CHECK_RULES, type Check, SCORE_VERSION } from '../../domain/hygiene/checks.ts';
import type { CheckScore, Score } from '../../domain/hygiene/score.ts';
import { plural } from '../../domain/time.ts';
import type { Scores } from '../../services/hygiene/read-score.ts';
import { commandButtons } from '../command-button.ts';
import { shareBar } from './bar.ts';
import { actions, context, type Rendered, section, sections, TEXT_MAX } from './blocks.ts';
import { type Paging, pageOf } from './paging.ts';
import { capped, escaped, footerText, type Locale, mention } from './text.ts';

const ITEMS_SHOWN = 3;
const PAGE_ROWS = 15;
const OWNERS_SHOWN = 10;
const BUTTONS = 9;

const FOOTER = `version ${SCORE_VERSION}, by number of keys and not by share: docs/hygiene-score.md`;

/** The score, where its points went, and what gives them back; then the owners, the lowest first. */
export function scoreView({ company, owners }: Scores, locale: Locale): Rendered {
  const ranked = [...owners].sort(([, a], [, b]) => a.score - b.score).slice(0, OWNERS_SHOWN);
  const more = owners.size - ranked.length;
  const people =
    ranked.length === 0
      ? []
      : [
          `*By owner*, keys that nobody owns counted for each: ${ranked.map(([id, { score }]) => `${mention(id)} ${score}`).join(' · ')}${more > 0 ? ` and ${plural(more, 'more owner')}` : ''}. \`/keys score @somebody\` shows one.`,
        ];
  return scorePage('Hygiene score', { score: company, extra: people }, locale);
}

/** One owner's: their own keys, and those of nobody. */
export function ownerScoreView(userId: string, score: Score, locale: Locale): Rendered {
  const extra = ['Keys that nobody owns count for everybody: giving one to somebody lowers nobody’s score.'];
  return scorePage(`Hygiene score of ${mention(userId)}`, { score, extra }, locale);
}

/** All keys that one check costs points for. */
export function checkView(
  { id, weight, lost, items }: CheckScore,
  { locale, paging }: { locale: Locale; paging: Paging },
): Rendered {
  const page = pageOf(items, PAGE_ROWS, paging);
  const title = `*${lost} of ${weight} points lost*: ${plural(items.length, 'key')} ${items.length === 1 ? 'that' : 'of which each'} ${CHECK_RULES[id].wrong}`;
  const rows = page.items.map(({ slug, fix }) => `• *${escaped(slug)}*: \`${escaped(fix)}\``);
  const footer = footerText(
    [FOOTER, page.text].filter((one) => one !== ''),
    locale,
  );
  const blocks: KnownBlock[] = [section(title), ...sections(rows)];
  if (page.buttons.length > 0) blocks.push(actions(`page_${page.number}`, page.buttons));
  blocks.push(context(footer));
  return { text: capped([title, ...rows, footer].join('\n'), TEXT_MAX), blocks };
}

/** What a button of the score runs: the first fix of the dearest checks, and all keys of a check. */
function buttonsFor(lost: readonly CheckScore[]) {
  const fixes = lost.flatMap(({ id, items }) => {
    const first = items[0];
    const runs = first === undefined ? null : fixCommand(id, first.slug);
    const all =
      items.length > ITEMS_SHOWN ? [{ ...LINE, name: 'score', argument: id, ...named(`All ${NOUN[id]}`) }] : [];
    return [
      ...(runs === null || first === undefined ? [] : [{ ...LINE, ...runs, ...named(`${LABEL[id]} ${first.slug}`) }]),
      ...all,
    ];
  });
  return commandButtons(fixes.slice(0, BUTTONS));
}

const LINE = { page: 1 };
const LABEL_MAX = 60;
const LABEL: Readonly<Record<Check, string>> = {
  owned: 'Claim',
  used: 'Suspend',
  capped: 'Cap',
  scoped: 'Move',
  blast_radius: 'Bound',
  young: 'Rotate',
  alerts_answered: 'Show',
  named: 'Edit',
  rotated: 'Rotate',
};
const NOUN: Readonly<Record<Check, string>> = {
  owned: 'without an owner',
  used: 'unused',
  capped: 'without a cap',
  scoped: 'that share a scope',
  blast_radius: 'unbounded',
  young: 'old',
  alerts_answered: 'with open alerts',
  named: 'unplaced',
  rotated: 'overdue',
};

function named(label: string) {
  return { label: label.slice(0, LABEL_MAX), accessibilityLabel: label };
}

/** The line of /keys that begins the fix for whoever clicks. */
function fixCommand(id: Check, slug: string): { readonly name: string; readonly argument: string } {
  const name = {
    owned: 'claim',
    used: 'suspend',
    capped: 'caps',
    scoped: 'rotate',
    blast_radius: 'caps',
    young: 'rotate',
    alerts_answered: 'show',
    named: 'edit',
    rotated: 'rotate',
  }[id];
  return { name, argument: slug };
}

interface PageParts {
  readonly score: Score;
  readonly extra: readonly string[];
}

function scorePage(name: string, { score, extra }: PageParts, locale: Locale): Rendered {
  const lost = score.checks.filter((check) => check.lost > 0).toSorted((a, b) => b.lost - a.lost);
  const headline = `*${name}: ${score.score} of 100*  \`${shareBar(score.score / 100)}\``;
  const rows = lost.length === 0 ? ['Nothing that is known costs a point.'] : lost.map(checkText);
  const blocks: KnownBlock[] = [section(headline), ...sections([...rows, ...extra])];
  const buttons = buttonsFor(lost);
  if (buttons.length > 0) blocks.push(actions('score', buttons));
  const footer = footerText([FOOTER], locale);
  blocks.push(context(footer));
  return { text: capped([headline, ...rows, ...extra, footer].join('\n'), TEXT_MAX), blocks };
}

/** A check on one line, and under it the keys with their fix. */
function checkText({ id, weight, lost, items }: CheckScore): string {
  const { wrong } = CHECK_RULES[id];
  const shown = items
    .slice(0, ITEMS_SHOWN)
    .map(({ slug, fix }) => `    ◦ *${escaped(slug)}* ${wrong}: \`${escaped(fix)}\``);
  const more = items.length - shown.length;
  const rest = more > 0 ? [`    ◦ and ${plural(more, 'more key')}: \`/keys score ${id}\``] : [];
  return [`• *−${lost}* of ${weight} · ${plural(items.length, 'key')}`, ...shown, ...rest].join('\n');
}
