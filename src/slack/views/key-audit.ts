import type { KnownBlock } from '@slack/types';
import type { AuditStepState, KeyAudit } from '../../domain/key-audit.ts';
import { AUDIT_STEPS, type AuditStep, leftOf, nextAuditStep, overSteps } from '../../domain/key-audit.ts';
import type { SearchPrefix } from '../../domain/search-prefixes.ts';
import { formatLength, plural } from '../../domain/time.ts';
import { REASON_MAX } from '../../services/actions/record-request.ts';
import type { KeyAuditCard } from '../../services/key-audits/describe-audit.ts';
import { asideButtonId, commandButtons } from '../command-button.ts';
import { encodeKeyAuditButton } from '../key-audit-button.ts';
import { shareBar } from './bar.ts';
import { actions, type ButtonSpec, context, type Rendered, sections, TEXT_MAX } from './blocks.ts';
import { figuresText, STEP_WORDS } from './key-audit-words.ts';
import { actorMention, capped, dayAndTime, escaped, foreign, type Locale, messageLink } from './text.ts';

const PREFIXES_MAX = 8;

/** The one message of an audit, as it should look now. */
export function keyAuditView({ audit, now }: KeyAuditCard, locale: Locale): Rendered {
  const over = overSteps(audit);
  const next = nextAuditStep(audit);
  const verdict = `*Key audit: ${verdictOf(audit, now)}*`;
  const bar = `${shareBar(over / AUDIT_STEPS.length)}  ${over} of ${AUDIT_STEPS.length} steps`;
  const lines = [bar, ...audit.steps.map((one) => stepLine(one, next))];
  const footer = `begun by ${actorMention(audit.startedBy)} ${dayAndTime(audit.startedAt, locale)} · each step has its place in the thread · \`/keys audit\` goes on with it`;
  const blocks: KnownBlock[] = sections([verdict, ...lines]);
  const buttons = audit.state === 'open' ? [endButton(audit)] : [sheetButton(audit)];
  blocks.push(actions(`key_audit_${audit.revision}`, buttons), context(footer));
  return { text: capped([verdict, ...lines, footer].join('\n'), TEXT_MAX), blocks };
}

function verdictOf(audit: KeyAudit, now: number): string {
  const next = nextAuditStep(audit);
  if (audit.state === 'open' && next !== null) {
    return `${STEP_WORDS[next].title} is next, hygiene score ${audit.scoreBefore} when it began.`;
  }
  const length = formatLength((audit.closedAt ?? now) - audit.startedAt);
  const scores = `hygiene score ${audit.scoreBefore} → ${audit.scoreAfter ?? audit.scoreBefore}`;
  return audit.state === 'done' ? `done in ${length}, ${scores}.` : `ended after ${length}, ${scores}.`;
}

function stepLine(state: AuditStepState, next: AuditStep | null): string {
  const mark = state.state === 'done' ? '✓' : state.state === 'skipped' ? '–' : state.step === next ? '▸' : '○';
  return `${mark} *${STEP_WORDS[state.step].title}* ${figuresText(state)}`;
}

/** One step: what is counted, what to do about it, and where to look. */
export function keyAuditStepView({ audit, prefixes }: KeyAuditCard, step: AuditStep, locale: Locale): Rendered {
  const state = audit.steps.find((one) => one.step === step);
  if (state === undefined) throw new RangeError(`audit ${audit.id} has no step ${step}`);
  const words = STEP_WORDS[step];
  const number = AUDIT_STEPS.indexOf(step) + 1;
  const verdict = `*${number} of ${AUDIT_STEPS.length} · ${words.title}*`;
  const lines = [verdict, figuresText(state), words.how, ...(step === 'prefixes' ? prefixLines(prefixes) : [])];
  const done = outcomeOf(state, locale);
  const blocks: KnownBlock[] = sections(lines);
  const buttons = [...looksOf(step), ...(audit.state === 'open' ? stepButtons(audit, state) : [])];
  blocks.push(actions(`key_audit_${step}_${audit.revision}`, buttons));
  if (done !== null) blocks.push(context(done));
  return { text: capped([...lines, ...(done === null ? [] : [done])].join('\n'), TEXT_MAX), blocks };
}

function prefixLines(prefixes: readonly SearchPrefix[]): readonly string[] {
  const shown = prefixes.slice(0, PREFIXES_MAX).map(({ prefix, keys }) => {
    const text = escaped(prefix);
    return `• \`${text}\` ${plural(keys, 'key')}: \`git log --all --oneline -S '${text}'\` in each repository, and \`${text}\` in every search box`;
  });
  return prefixes.length > PREFIXES_MAX ? [...shown, `• and ${prefixes.length - PREFIXES_MAX} more`] : shown;
}

function outcomeOf({ state, at, by, reason, step, now }: AuditStepState, locale: Locale): string | null {
  if (state === 'open' || at === null || by === null) return null;
  const left = leftOf(step, now);
  const rest = left === 0 ? '' : ` · ${left} left as they were`;
  const why = reason === null ? rest : `: ${foreign(reason, REASON_MAX)}`;
  return `${state} by ${actorMention(by)} ${dayAndTime(at, locale)}${why}`;
}

function looksOf(step: AuditStep): readonly ButtonSpec[] {
  const lines = STEP_WORDS[step].looks.map((look) => ({ ...look, page: 1, accessibilityLabel: `Look: ${look.label}` }));
  return commandButtons(lines, 0, asideButtonId);
}

function stepButtons({ id }: KeyAudit, { step, state }: AuditStepState): readonly ButtonSpec[] {
  const value = encodeKeyAuditButton({ auditId: id, step });
  const { title } = STEP_WORDS[step];
  const spec = (actionId: string, label: string): ButtonSpec => ({
    actionId,
    label,
    value,
    accessibilityLabel: `${label.replace('…', '')}: ${title}`,
  });
  if (state !== 'open') return [spec('key_audit_reopen', 'Open again')];
  return [{ ...spec('key_audit_done', 'Done'), style: 'primary' }, spec('key_audit_skip', 'Skip…')];
}

function endButton({ id }: KeyAudit): ButtonSpec {
  return { actionId: 'key_audit_end', label: 'End…', value: encodeKeyAuditButton({ auditId: id, step: null }) };
}

function sheetButton({ id }: KeyAudit): ButtonSpec {
  const value = encodeKeyAuditButton({ auditId: id, step: null });
  return { actionId: 'key_audit_sheet', label: 'Who would notice (CSV)', value };
}

/** What an audit came to: what was found, what is left, who looked. */
export function keyAuditReportView({ audit, now }: KeyAuditCard, locale: Locale): Rendered {
  const verdict = `*Report of the key audit: ${verdictOf(audit, now)}*`;
  const lines = audit.steps.map((one) => {
    const outcome = outcomeOf(one, locale) ?? 'not looked at';
    return `• *${STEP_WORDS[one.step].title}* ${figuresText(one)}\n    ◦ ${outcome}`;
  });
  const why =
    audit.closeReason === null || audit.closedBy === null
      ? []
      : [`Ended by ${actorMention(audit.closedBy)}: ${foreign(audit.closeReason, REASON_MAX)}`];
  const all = [verdict, ...why, ...lines];
  const blocks: KnownBlock[] = [...sections(all), actions(`key_audit_report_${audit.revision}`, [sheetButton(audit)])];
  return { text: capped(all.join('\n'), TEXT_MAX), blocks };
}

/** What a person who types `/keys audit` is answered: the step that is next, ready to go on. */
export function keyAuditAnswer(card: KeyAuditCard, isNew: boolean, locale: Locale): Rendered {
  const next = nextAuditStep(card.audit);
  const where = messageLink(isNew ? 'a thread in the alert channel' : 'its thread', card.place, locale);
  const head = isNew
    ? `*The audit has begun* in ${where}. It takes as many days as you like; this is the first step.`
    : `*The audit of ${dayAndTime(card.audit.startedAt, locale)} goes on* in ${where}: ${overSteps(card.audit)} of ${AUDIT_STEPS.length} steps.`;
  if (next === null) return { text: head, blocks: sections([head]) };
  const step = keyAuditStepView(card, next, locale);
  return { text: capped(`${head}\n${step.text}`, TEXT_MAX), blocks: [...sections([head]), ...step.blocks] };
}
