import type { HomeView, KnownBlock } from '@slack/types';
import { z } from 'zod';
import { mayAct } from '../../domain/authorise.ts';
import { plural } from '../../domain/time.ts';
import type { HomeCard, Sight } from '../../services/home/read-home.ts';
import type { KeySummary } from '../../services/inventory/list-keys.ts';
import { buttonCodec, encodeButton } from '../button-value.ts';
import { commandButtons } from '../command-button.ts';
import { plain } from './action-modal.ts';
import { actions, type ButtonSpec, button, context, section } from './blocks.ts';
import { companyBlocks } from './home-company.ts';
import { needsBlocks } from './home-needs.ts';
import { noiseBlocks } from './home-noise.ts';
import { rowText } from './key-list.ts';
import { claimButton, PRACTISE } from './pick-keys-modals.ts';
import { capital, dayAndTime, escaped, footerText, instant, type Locale } from './text.ts';

export const HOME_PAGE = 'home_page';
export const HOME_FIND = 'home_find';
export const HOME_SETTINGS = 'home_settings';
export const homePage = buttonCodec(z.strictObject({ p: z.number().int().min(1).max(100_000) }));
const PAGE_ROWS = 10;
const FIND_MAX = 300;
const SHOWN_CONNECTIONS = 8;

/** What one person sees in the app's Home tab: what needs them first, settings last. */
export function homeView(card: HomeCard, locale: Locale): HomeView {
  const blocks: KnownBlock[] = [
    ...sightBlocks(card, locale),
    ...firstStepBlocks(card),
    ...needsBlocks(card, locale),
    ...ownBlocks(card, locale),
    ...noiseBlocks(card.noise, locale),
    ...(card.company === null || card.keys === 0 ? [] : companyBlocks(card.company, locale)),
    ...findBlocks(card),
    ...quickBlocks(card),
    context(footerText([readText(card, locale)], locale)),
  ];
  return { type: 'home', blocks };
}

/** Nothing but why there is nothing. `mrkdwn` is escaped. */
export function homeRefusalView(mrkdwn: string): HomeView {
  return { type: 'home', blocks: [section(capital(mrkdwn.replace(/^Nothing was done: /, '')))] };
}

/** Who is blind sees it before anything else. */
function sightBlocks({ connections }: HomeCard, locale: Locale): KnownBlock[] {
  const blind = connections.filter((one) => one.usageFailingSince !== null || one.keysFailingSince !== null);
  const lines = blind.slice(0, SHOWN_CONNECTIONS).map((one) => blindText(one, locale));
  if (blind.length > SHOWN_CONNECTIONS)
    lines.push(`and ${plural(blind.length - SHOWN_CONNECTIONS, 'more connection')}`);
  return lines.map(section);
}

function blindText({ title, usageFailingSince, keysFailingSince, problem }: Sight, locale: Locale): string {
  const what = usageFailingSince === null ? 'The key list' : 'The usage';
  const since = dayAndTime(usageFailingSince ?? keysFailingSince ?? 0, locale);
  return `:warning: *${what} of ${escaped(title)} cannot be read since ${since}.* ${escaped(problem ?? '')}`;
}

/** What to do first where there is nothing to show yet. */
function firstStepBlocks({ asker, connections, keys, own }: HomeCard): KnownBlock[] {
  if (!asker.seesAll || keys > 0 || own.keys.length > 0) return [];
  if (connections.length === 0) {
    const how = asker.roles.includes('admin')
      ? 'On the server `keysteward init` asks for one admin key per provider and tries it at once; then restart the bot.'
      : 'An admin of Keysteward has to add one on the server.';
    return [section(`*No provider is connected yet, so nothing is watched.* ${how}`)];
  }
  const isRead = connections.some(({ keysReadAt }) => keysReadAt !== null);
  const isFailing = connections.every(({ keysFailingSince }) => keysFailingSince !== null);
  if (isRead) {
    return [
      section(
        '*The key lists have been read, and there is no key in them.* A key that is made appears here by itself.',
      ),
    ];
  }
  if (isFailing)
    return [section('*No key list could be read yet.* Put right what is said above; it is tried again by itself.')];
  return [
    section('*The key lists are being read for the first time.* That takes a minute or two; this page fills itself.'),
  ];
}

function ownBlocks({ own, page, now, asker, keys }: HomeCard, locale: Locale): KnownBlock[] {
  const { keys: mine, todo } = own;
  if (mine.length === 0) return keys === 0 || !asker.seesAll ? [] : noKeysBlocks();
  const count = Math.ceil(mine.length / PAGE_ROWS);
  const number = Math.min(Math.max(1, page), count);
  const shown = mine.slice((number - 1) * PAGE_ROWS, number * PAGE_ROWS);
  return [
    header(`Your keys (${mine.length.toLocaleString('en-US')})`),
    ...shown.map((summary) => keyBlock(summary, todo.get(summary.key.id) ?? [], { locale, now })),
    ...pagerBlocks(number, count),
  ];
}

function noKeysBlocks(): KnownBlock[] {
  return [
    header('Your keys'),
    section('You own no key. Is one of those that nobody owns yours?'),
    actions('home_claim', [claimButton()]),
  ];
}

function keyBlock(
  summary: KeySummary,
  todo: readonly string[],
  { locale, now }: { readonly locale: Locale; readonly now: number },
): KnownBlock {
  const { key, lineage } = summary;
  const text = [rowText(summary, locale, now), ...todo.map((remark) => `    ◦ ${remark}`)].join('\n');
  const value = encodeButton({ alertId: null, keyId: key.id, generation: key.generation });
  const show = { actionId: 'key_show', label: 'Show', value, accessibilityLabel: `Show ${lineage.slug}` };
  return { ...section(text), accessory: button(show) };
}

function pagerBlocks(number: number, count: number): KnownBlock[] {
  if (count === 1) return [];
  const to = (page: number) => homePage.encode({ p: page });
  const previous = { actionId: `${HOME_PAGE}_previous`, label: '← Previous', value: to(number - 1) };
  const next = { actionId: `${HOME_PAGE}_next`, label: 'Next →', value: to(number + 1) };
  return [
    actions('home_pager', [...(number > 1 ? [previous] : []), ...(number < count ? [next] : [])]),
    context(`page ${number.toLocaleString('en-US')} of ${count.toLocaleString('en-US')}`),
  ];
}

/** A field that takes what `/keys list` takes; Enter opens the list. */
function findBlocks({ asker, keys }: HomeCard): KnownBlock[] {
  if (!asker.seesAll || keys === 0) return [];
  return [
    {
      type: 'input',
      block_id: HOME_FIND,
      dispatch_action: true,
      optional: true,
      label: plain('Find keys'),
      hint: plain(
        'Press Enter. Filters: owner:me, unowned, env:prod, unused:>30d, never-used, spend:>100, cap:none, model:…',
      ),
      element: {
        type: 'plain_text_input',
        action_id: HOME_FIND,
        max_length: FIND_MAX,
        placeholder: plain('owner:me env:prod unused:>30d'),
      },
    },
  ];
}

/** Each runs something that there is; what a person has no right or no use of is not offered. */
function quickBlocks({ asker, keys, company, own, connections, noise }: HomeCard): KnownBlock[] {
  const { roles, seesAll } = asker;
  const line = (name: string, label: string, argument = '') => ({
    ...{ name, argument, page: 1, label },
    accessibilityLabel: label,
  });
  const isThere = keys > 0 && seesAll;
  const lines = [
    ...(isThere ? [line('stale', 'Find stale keys')] : []),
    ...(isThere ? [line('spend', 'Spend of 7 days')] : []),
    ...(isThere && (company?.unowned ?? 0) > 0 ? [line('list', 'Keys without owner', 'unowned')] : []),
    ...(noise.items.length + noise.rolledUp.length > 0 ? [line('quiet', 'What was kept quiet')] : []),
    ...(connections.length > 0 && seesAll ? [line('status', 'Status')] : []),
    ...(mayAct(roles, 'test_alert') ? [line('test-alert', 'Practise an alert')] : []),
  ];
  const mayRotate = keys > 0 && (mayAct(roles, 'rotate') || own.keys.length > 0);
  const buttons: ButtonSpec[] = [
    ...commandButtons(lines),
    ...(mayRotate ? [{ actionId: PRACTISE, label: 'Practise a rotation…', value: 'rotate' }] : []),
    ...(mayAct(roles, 'see_settings') ? [{ actionId: HOME_SETTINGS, label: 'Settings…', value: 'settings' }] : []),
  ];
  return buttons.length === 0 ? [] : [header('Quick actions'), actions('home_quick', buttons)];
}

/** From what the figures are; changes with each poll, so that a page that is old shows it. */
function readText({ connections }: HomeCard, locale: Locale): string {
  const reads = connections.map(({ usageReadAt }) => usageReadAt);
  const known = reads.filter((at) => at !== null);
  if (reads.length === 0) return '`/keys help` lists what can be typed';
  if (known.length < reads.length) return 'the spend is being read for the first time';
  return `usage read ${instant(Math.min(...known), locale)} · \`/keys help\` lists what can be typed`;
}

export function header(text: string): KnownBlock {
  return { type: 'header', text: plain(text) };
}
