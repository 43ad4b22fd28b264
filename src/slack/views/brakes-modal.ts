import type { InputBlock, KnownBlock, PlainTextOption, View } from '@slack/types';
import type { LimitActKind } from '../../domain/action.ts';
import type { Lineage } from '../../domain/key.ts';
import { modelWords, type RateLimit, rateWords, widestRates } from '../../domain/limits.ts';
import { formatLength } from '../../domain/time.ts';
import { needsSlugForScope } from '../../services/actions/request-limit-change.ts';
import type { Brake, BrakeGap, BrakesCard } from '../../services/limits/describe-brakes.ts';
import type { ScopeCard } from '../../services/limits/describe-scope.ts';
import { type ButtonValue, encodeButton } from '../button-value.ts';
import { consoleStepsText, INPUT, plain, reasonInput, slugInput } from './action-modal.ts';
import { actions, section } from './blocks.ts';
import { expiryInput } from './expiry.ts';
import { holdsForText, whySlug } from './limit-modals.ts';
import { capText, SCOPE_NOUN } from './scope.ts';
import { capital, escaped, foreign, type Locale, plainForeign } from './text.ts';

export const BRAKES_TITLE = 'Other brakes';
export const RATE_MODAL = 'brake_rate';
export const RATE_TITLE = 'Lower a rate limit';
export const MODELS_MODAL = 'brake_models';
export const MODELS_TITLE = 'Block models';
export const LIMIT_BLOCK = 'limit';
export const VALUE_BLOCK = 'value';
export const MODE_BLOCK = 'mode';
export const MODELS_BLOCK = 'models';

const MAX_OPTIONS = 100;
const LABEL_MAX = 75;
const VALUE_MAX = 150;
const SHOWN_RATES = 5;

const NAME: Readonly<Record<LimitActKind, string>> = {
  set_spend_limit: 'Monthly cap',
  set_rate_limit: 'Rate limits',
  set_models: 'Models',
};
const BUTTON: Readonly<Record<LimitActKind, { actionId: string; label: string }>> = {
  set_spend_limit: { actionId: 'scope_cap', label: 'Lower the cap…' },
  set_rate_limit: { actionId: 'brake_rate', label: 'Lower a rate limit…' },
  set_models: { actionId: 'brake_models', label: 'Block models…' },
};
const WHY_NOT: Readonly<Record<BrakeGap, string>> = {
  no_method: 'The provider has nothing of the kind that could be changed from here.',
  read_only: 'Keysteward has only a read key here.',
  unread: 'What stands there cannot be read now, so it cannot be changed safely.',
  not_enabled: 'The provider has not opened this to your organization.',
  refused: 'The provider does not let your organization change it from here.',
  nothing_there: 'The provider shows none.',
};

export interface BrakesState {
  readonly lineage: Lineage;
  readonly card: BrakesCard;
  readonly where: string;
  readonly button: ButtonValue;
}

/** All that slows a key short of stopping it: what stands there, how soon a change works, whom else it hits. */
export function brakesModal({ lineage, card, where, button }: BrakesState, locale: Locale): View {
  const { scope, brakes, consoleSteps } = card;
  const blocks: KnownBlock[] = [
    section(
      `*Brakes on ${escaped(lineage.slug)}* · ${foreign(where)}\n${hitsText(lineage, scope)} None of these stops a leak at once: to do that, stop the key.`,
    ),
  ];
  const value = encodeButton(button);
  for (const brake of brakes.filter(({ gap }) => gap === null)) {
    blocks.push(section(`*${NAME[brake.kind]}* ${nowText(brake.kind, scope, locale)}\nTakes ${delayText(brake)}.`));
    const { actionId, label } = BUTTON[brake.kind];
    const accessibilityLabel = `${label.replace('…', '')} of ${lineage.slug}`;
    blocks.push(actions(`brake_${brake.kind}`, [{ actionId, label, value, accessibilityLabel }]));
  }
  const missing = brakes.flatMap(({ kind, gap }) => (gap === null ? [] : [`• *${NAME[kind]}* ${WHY_NOT[gap]}`]));
  if (missing.length > 0) {
    blocks.push(section(['*Not from here*', ...missing].join('\n')));
    blocks.push(section(consoleStepsText('do this from here', consoleSteps)));
  }
  return { type: 'modal', title: plain(BRAKES_TITLE), close: plain('Close'), blocks };
}

export interface LimitPageState {
  readonly lineage: Lineage;
  readonly scope: ScopeCard;
  readonly where: string;
  readonly button: ButtonValue;
  readonly now: number;
  readonly delayMs: number | null;
}

/** One rate limit, lower, for a time. */
export function rateModal(state: LimitPageState): View {
  const rates = state.scope.known?.limits?.rateLimits ?? [];
  const limits: InputBlock = {
    type: 'input',
    block_id: LIMIT_BLOCK,
    label: plain('Which limit?'),
    ...(rates.length > MAX_OPTIONS ? { hint: plain(`The ${MAX_OPTIONS} that let most through.`) } : {}),
    element: { type: 'static_select', action_id: INPUT, options: rateOptions(rates) },
  };
  const value: InputBlock = {
    type: 'input',
    block_id: VALUE_BLOCK,
    label: plain('New value'),
    hint: plain('A whole number below the present one. Not every provider takes 0.'),
    element: { type: 'plain_text_input', action_id: INPUT, max_length: 16, placeholder: plain('10') },
  };
  return pageOf(state, { callbackId: RATE_MODAL, title: RATE_TITLE, inputs: [limits, value] });
}

/** Models blocked, or only some let through, for a time. */
export function modelsModal(state: LimitPageState & { readonly models: readonly string[] }): View {
  const rule = state.scope.known?.limits?.models ?? { mode: 'all', models: [] };
  const options = state.models.filter((model) => model !== '' && model.length <= VALUE_MAX).slice(0, MAX_OPTIONS);
  const modes: readonly PlainTextOption[] = [
    { text: plain('Block these models'), value: 'deny' },
    { text: plain('Let only these models through'), value: 'allow' },
  ];
  const mode: InputBlock = {
    type: 'input',
    block_id: MODE_BLOCK,
    label: plain('What?'),
    element: {
      type: 'radio_buttons',
      action_id: INPUT,
      options: [...modes],
      ...(modes[0] === undefined ? {} : { initial_option: modes[0] }),
    },
  };
  const choices = options.map((model) => ({ text: plain(plainForeign(model, LABEL_MAX)), value: model }));
  const models: InputBlock = {
    type: 'input',
    block_id: MODELS_BLOCK,
    label: plain('Which models?'),
    hint: plain('What this key used in the last 7 days; the one that burns most now is chosen already.'),
    element: {
      type: 'multi_static_select',
      action_id: INPUT,
      options: choices,
      ...(choices[0] === undefined ? {} : { initial_options: [choices[0]] }),
    },
  };
  const seen = state.scope.known?.revision ?? 0;
  const now = `Now: ${foreign(modelWords(rule), 300)}`;
  return pageOf(state, { callbackId: MODELS_MODAL, title: MODELS_TITLE, inputs: [mode, models], seen, now });
}

/** What a person saw of the limit, as an option carries it. */
export function rateChoice(text: string): { readonly limitId: string; readonly from: number | null } | null {
  const [, from, limitId] = /^(\d*)\|(.+)$/.exec(text) ?? [];
  return limitId === undefined ? null : { limitId, from: from === '' ? null : Number(from) };
}

interface Page {
  readonly callbackId: string;
  readonly title: string;
  readonly inputs: readonly InputBlock[];
  readonly seen?: number;
  readonly now?: string;
}

function pageOf(state: LimitPageState, { callbackId, title, inputs, seen, now }: Page): View {
  const { lineage, scope, where, button, delayMs } = state;
  const facts = [hitsText(lineage, scope), `It takes ${delayText({ delayMs })} to work.`];
  const blocks: KnownBlock[] = [
    section([`*${title}* · ${foreign(where)}`, ...(now === undefined ? [] : [now]), facts.join(' ')].join('\n')),
    ...inputs,
    expiryInput(state.now, 'day'),
    reasonInput('spend we cannot explain'),
  ];
  if (needsSlugForScope(lineage, scope)) blocks.push(slugInput(lineage.slug, whySlug(lineage, scope)));
  return {
    type: 'modal',
    callback_id: callbackId,
    title: plain(title),
    submit: plain(title),
    close: plain('Back'),
    private_metadata: JSON.stringify({ ...button, seen: seen ?? null }),
    blocks,
  };
}

function rateOptions(rates: readonly RateLimit[]): PlainTextOption[] {
  const fitting = rates.filter(({ id, value }) => `${value ?? ''}|${id}`.length <= VALUE_MAX);
  const most = fitting.toSorted(
    (a, b) => (b.value ?? Number.POSITIVE_INFINITY) - (a.value ?? Number.POSITIVE_INFINITY),
  );
  return most.slice(0, MAX_OPTIONS).map((limit) => {
    const model = limit.model === null ? 'all models' : limit.model;
    return {
      text: plain(plainForeign(`${model}: ${rateWords(limit)}`, LABEL_MAX)),
      value: `${limit.value ?? ''}|${limit.id}`,
    };
  });
}

function nowText(kind: LimitActKind, scope: ScopeCard, locale: Locale): string {
  const limits = scope.known?.limits;
  if (kind === 'set_spend_limit' || limits == null) return capText(scope, locale);
  if (kind === 'set_models') return `now ${foreign(modelWords(limits.models), 300)}`;
  const rates = widestRates(limits.rateLimits, SHOWN_RATES).map(
    (limit) => `${foreign(rateWords(limit))}${limit.model === null ? '' : ` (${foreign(limit.model)})`}`,
  );
  const more = limits.rateLimits.length - rates.length;
  return `now ${rates.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Whom else a brake on the scope hits. */
function hitsText(lineage: Lineage, scope: ScopeCard): string {
  const alone = scope.sharedWith.length === 0;
  return alone
    ? holdsForText(lineage, scope)
    : holdsForText(lineage, scope).replace(
        'The cap holds for',
        `They are limits of the ${SCOPE_NOUN[scope.capScope]} and hit`,
      );
}

function delayText({ delayMs }: Pick<Brake, 'delayMs'>): string {
  return delayMs === null ? 'some minutes' : `up to ${capital(formatLength(delayMs)).toLowerCase()}`;
}
