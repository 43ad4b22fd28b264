import { CHECK_RULES } from '../domain/hygiene/checks.ts';
import type { LintFix } from '../domain/hygiene/lint.ts';
import type { Score } from '../domain/hygiene/score.ts';
import { type DisplayCurrency, formatMoney, rateText, roughMoney } from '../domain/money.ts';
import { plural } from '../domain/time.ts';
import { readLint } from '../services/hygiene/read-lint.ts';
import { readScores } from '../services/hygiene/read-score.ts';
import { type Risk, readRisk } from '../services/risk/read-risk.ts';
import { changeText } from '../slack/views/risk.ts';
import { atRiskText } from '../slack/views/risk-words.ts';
import { out, printable } from './output.ts';
import { withStored } from './stored-deps.ts';
import { tableOf } from './table.ts';

export function blastRadius(json: boolean): Promise<void> {
  return withStored(async (deps) => {
    const risk = await readRisk(deps);
    out(json ? riskJson(risk) : riskText(risk, deps.policy.currency));
  });
}

export function score(json: boolean): Promise<void> {
  return withStored(async (deps) => {
    const { company } = await readScores(deps);
    out(json ? `${JSON.stringify(company, null, 2)}\n` : scoreText(company));
  });
}

export function lint(json: boolean): Promise<void> {
  return withStored(async (deps) => {
    const found = (await readLint(deps)).flatMap(({ subject, findings }) =>
      findings.map(({ kind, what, evidence, fix }) => ({ slug: subject.slug, kind, what, evidence, fix })),
    );
    if (json) out(`${JSON.stringify(found, null, 2)}\n`);
    else if (found.length === 0) out('Every key is as policy wants it.\n');
    else {
      const rows = found.map(({ slug, what, evidence, fix }) => [
        printable(slug),
        printable([what, ...evidence].join('; ')),
        FIX_WORDS[fix](slug),
      ]);
      out(tableOf([['key', 'what', 'in Slack'], ...rows], []));
    }
  });
}

const FIX_WORDS: Readonly<Record<LintFix, (slug: string) => string>> = {
  assign: (slug) => `/keys owner ${slug} @somebody`,
  edit: (slug) => `/keys edit ${slug}`,
  rename: () => '/keys lint: Rename…',
  split: () => '/keys lint: Split…',
};

function riskJson({ keys }: Risk): string {
  const rows = keys.map(({ at: { slug }, radius }) => {
    const { worst48hMicroUsd, boundedBy, stoppedBy, withinMinutes, assumptions, isTheoretical } = radius;
    return { slug, worst48hMicroUsd, boundedBy, stoppedBy, withinMinutes, assumptions, isTheoretical };
  });
  return `${JSON.stringify(rows, null, 2)}\n`;
}

function riskText(risk: Risk, currency: DisplayCurrency): string {
  const { keys, change } = risk;
  // Nobody's clock is shown.
  const locale = { currency, timezone: 'UTC' };
  if (keys.length === 0) return 'There is no working key.\n';
  const rows = keys.map(
    ({ at: { slug }, radius: { worst48hMicroUsd, boundedBy, stoppedBy, withinMinutes, isTheoretical } }) => [
      printable(slug),
      worst48hMicroUsd === null
        ? 'not known'
        : isTheoretical
          ? `up to ${roughMoney(worst48hMicroUsd, currency)}`
          : formatMoney(worst48hMicroUsd, currency),
      isTheoretical && worst48hMicroUsd !== null ? `${boundedBy}, no cap` : boundedBy,
      stoppedBy,
      withinMinutes === null ? '' : `${withinMinutes.toLocaleString('en-US')} min`,
    ],
  );
  const table = tableOf([['key', 'worst of 48 hours', 'bounded by', 'stopped by', 'within'], ...rows], [1, 4]);
  const told = [`${atRiskText(risk, locale)}. What keys share is counted once.`];
  if (change !== null) told.push(changeText(change, locale));
  const rate = rateText(currency);
  if (rate !== null) told.push(rate);
  return `${table}\n${told.map((line) => `${line.replaceAll(/[*`]/g, '')}\n`).join('')}`;
}

function scoreText({ score: points, checks }: Score): string {
  const lines = checks
    .filter(({ lost }) => lost > 0)
    .toSorted((a, b) => b.lost - a.lost)
    .flatMap(({ id, weight, lost, items }) => [
      '',
      `${CHECK_RULES[id].short}: ${plural(items.length, 'key')}, ${lost} of ${weight} points lost (${id})`,
      ...items.map(({ slug, fix }) => `  ${printable(slug)}: ${printable(fix)}`),
    ]);
  return `Hygiene score: ${points} of 100\n${lines.map((line) => `${line}\n`).join('')}`;
}
