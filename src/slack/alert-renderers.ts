import type { Alert } from '../domain/alert.ts';
import { pages } from '../domain/escalation.ts';
import type { AlertEvent } from '../ports/store.ts';
import { callsOfAlert, callsOfEvent } from '../services/alerts/calls.ts';
import { type AlertCard, describeAlert } from '../services/alerts/describe-alert.ts';
import { ownerNotReached } from '../services/alerts/owner-question.ts';
import { whoWouldBePaged } from '../services/alerts/who-is-paged.ts';
import type { Deps } from '../services/deps.ts';
import { isRolledUp } from '../services/noise/roll-up.ts';
import { ROTATION_KIND } from '../services/rotation/rotation-link.ts';
import type { Draft, OutboxRenderer, RenderContext } from './outbox-renderer.ts';
import { alertView } from './views/alert.ts';
import { alertEventView } from './views/alert-event.ts';
import type { Rendered } from './views/blocks.ts';
import { ownerQuestionView } from './views/owner-question.ts';
import { withNames } from './views/quiet.ts';
import { pagedText, testAlertView } from './views/test-alert.ts';
import { type Locale, mention, messageLink } from './views/text.ts';

export const alertRenderer: OutboxRenderer = {
  kind: 'alert',
  async render({ deps, locale }, alertId) {
    const card = await describeAlert(deps, alertId);
    // Told on the day's roll-up.
    if (card === undefined || isRolledUp(card.alert, card.events)) return null;
    const calls = await callsOfAlert(deps, card.alert);
    const rendered = await rootView({ deps, locale }, card);
    const mentions = calls.map(mention);
    const test = await testersOnly(deps, card.alert);
    return { ...rendered, ...test, channel: deps.policy.channels.alerts, inThreadOf: null, mentions };
  },
};

export const alertEventRenderer: OutboxRenderer = {
  kind: 'alert_event',
  async render({ deps, locale }, eventId) {
    const { alerts } = deps.store.read;
    const event = await alerts.getEvent(eventId);
    const alert = event && (await alerts.get(event.alertId));
    const isConfirmable = alert !== undefined && alert.state !== 'resolved' && alert.ownerAsk?.confirmId === eventId;
    const rotation = event && (await rotationOf(deps, event, locale));
    const setting = { locale, isConfirmable, ...(rotation === undefined ? {} : { rotation }) };
    const rendered = event && alertEventView(event, setting);
    if (!event || !alert || !rendered || (await hasNoThread(deps, alert))) return null;
    const calls = await callsOfEvent(deps, event, alert);
    const inThreadOf = { kind: 'alert', subjectId: event.alertId };
    const mentions = calls.map(mention);
    // Whoever did it need not be told; only acts on the key show who asked as a person to click on.
    const shown = event.kind.startsWith('action_') ? rendered : await namesOnly(deps, rendered);
    const test = await testersOnly(deps, alert);
    return { ...shown, ...test, channel: deps.policy.channels.alerts, inThreadOf, mentions };
  },
};

export const ownerQuestionRenderer: OutboxRenderer = {
  kind: 'owner_question',
  async render({ deps, locale }, eventId) {
    const { alerts, messages } = deps.store.read;
    const event = await alerts.getEvent(eventId);
    const card = event && (await describeAlert(deps, event.alertId));
    const userId = event?.detail['userId'];
    if (card === undefined || typeof userId !== 'string') return null;
    const isPosted = (await messages.get('owner_question', eventId)) !== undefined;
    const isAsked = card.alert.state === 'open' && card.alert.ownerAsk?.id === eventId;
    // Nobody is woken by a question that is none any more.
    if (!isPosted && !isAsked) return null;
    const link = await linkTo({ deps, locale }, card);
    return { ...ownerQuestionView({ card, eventId, link }, locale), channel: userId, inThreadOf: null };
  },
  async refused({ deps }, eventId) {
    await ownerNotReached(deps, eventId);
    return true;
  },
};

async function hasNoThread({ store }: Deps, alert: Alert): Promise<boolean> {
  return alert.rollUp !== null && isRolledUp(alert, await store.read.alerts.events(alert.id));
}

/** What a channel refuses of a test goes to the one who tries it out, who learns whom a real alert would reach so. */
async function testersOnly(deps: Deps, { testOf }: Pick<Alert, 'testOf'>): Promise<Pick<Draft, 'directTo'>> {
  if (testOf === null) return {};
  const { first } = await whoWouldBePaged(deps);
  const note = `A real alert would go directly to ${pagedText(first)}; this test goes to you alone.`;
  return { directTo: { ids: [testOf], only: true, note } };
}

async function rotationOf(deps: Deps, { detail }: AlertEvent, locale: Locale): Promise<string> {
  const rotationId = detail['rotationId'];
  const place = typeof rotationId === 'string' ? await deps.store.read.messages.get(ROTATION_KIND, rotationId) : null;
  return messageLink('its thread', place ?? null, locale);
}

async function rootView({ deps, locale }: RenderContext, card: AlertCard): Promise<Rendered> {
  if (card.alert.testOf !== null) return testAlertView(card, await whoWouldBePaged(deps), locale);
  const rendered = alertView(card, locale);
  // What does not page calls nobody, its owner included.
  return pages(card.alert.severity) ? rendered : namesOnly(deps, rendered);
}

async function namesOnly({ store }: Deps, rendered: Rendered): Promise<Rendered> {
  if (!rendered.text.includes('<@')) return rendered;
  const names = new Map((await store.read.members.all()).map(({ userId, name }) => [userId, name]));
  return withNames(rendered, names);
}

async function linkTo({ deps, locale }: RenderContext, { alert }: AlertCard): Promise<string | null> {
  const message = await deps.store.read.messages.get('alert', alert.id);
  return message === undefined ? null : `${messageLink('the alert', message, locale)} in <#${message.channel}>`;
}
