import type { OpenAiStandInOptions } from '../openai-options.ts';
import { pageById } from '../paging.ts';
import { badRequest, notFound } from '../problem.ts';
import { param, type Route, type RouteRequest } from '../router.ts';
import { findProject } from './openai-keys.ts';

const OF_PROJECT = '/v1/organization/projects/:projectId/spend_alerts';
const OF_ALL = '/v1/organization/spend_alerts';
const PAGE = { after: 'after', before: 'before', usual: 20, max: 100 };

/** Acme watches what its customers depend on; nobody thought of the rest. */
const USUAL: Readonly<Record<string, readonly number[]>> = { Production: [150_000, 250_000], Data: [60_000] };

interface SpendAlert {
  readonly id: string;
  readonly threshold_amount: number;
  readonly currency: 'USD';
  readonly interval: 'month';
  readonly notification_channel: {
    readonly type: 'email';
    readonly recipients: readonly string[];
    readonly subject_prefix: string | null;
  };
}

/** Where alerts are kept, and how they call themselves. */
interface Place {
  readonly id: string;
  readonly object: 'project.spend_alert' | 'organization.spend_alert';
}

/** Alerts that OpenAI would send by e-mail: they are kept and listed, and nobody gets one here. */
export function openAiSpendAlertRoutes({ world }: OpenAiStandInOptions): readonly Route[] {
  const kept = new Map<string, readonly SpendAlert[]>();
  for (const { id, name } of world.scopes('openai')) kept.set(id, (USUAL[name] ?? []).map(usualAlert));
  const ofProject = (request: RouteRequest): Place => {
    const { id } = findProject(world, request);
    return { id, object: 'project.spend_alert' };
  };
  const ofAll = (): Place => ({ id: 'organization', object: 'organization.spend_alert' });
  return [...routesOf(OF_PROJECT, { kept, placeOf: ofProject }), ...routesOf(OF_ALL, { kept, placeOf: ofAll })];
}

interface Book {
  readonly kept: Map<string, readonly SpendAlert[]>;
  readonly placeOf: (request: RouteRequest) => Place;
}

function routesOf(path: string, { kept, placeOf }: Book): readonly Route[] {
  const of = ({ id }: Place) => kept.get(id) ?? [];
  const render = ({ object }: Place, alert: SpendAlert) => ({ object, ...alert });
  /** One alert, and a way to put another in its place, or none. */
  const found = (request: RouteRequest) => {
    const place = placeOf(request);
    const alert = of(place).find(({ id }) => id === param(request, 'alertId'));
    if (alert === undefined) throw notFound('Spend alert');
    const replace = (...by: readonly SpendAlert[]) => {
      const rest = of(place).flatMap((each) => (each === alert ? by : [each]));
      kept.set(place.id, rest);
    };
    return { place, alert, replace };
  };
  let made = 0;
  const list = (request: RouteRequest) => {
    const place = placeOf(request);
    const rows = of(place).map((alert) => render(place, alert));
    const isNewestFirst = request.query.get('order') === 'desc';
    return { object: 'list', ...pageById(isNewestFirst ? rows.toReversed() : rows, request.query, PAGE) };
  };
  const create = (request: RouteRequest) => {
    const place = placeOf(request);
    made += 1;
    const alert = { id: `spend_alert_made_${made}`, ...wantedIn(request) };
    kept.set(place.id, [...of(place), alert]);
    return render(place, alert);
  };
  const retrieve = (request: RouteRequest) => {
    const { place, alert } = found(request);
    return render(place, alert);
  };
  const update = (request: RouteRequest) => {
    const { place, alert, replace } = found(request);
    const changed = { id: alert.id, ...wantedIn(request) };
    replace(changed);
    return render(place, changed);
  };
  const remove = (request: RouteRequest) => {
    const { place, alert, replace } = found(request);
    replace();
    return { object: `${place.object}.deleted`, id: alert.id, deleted: true };
  };
  const one = `${path}/:alertId`;
  return [
    { method: 'GET', path, handle: list },
    { method: 'POST', path, handle: create },
    { method: 'GET', path: one, handle: retrieve },
    { method: 'POST', path: one, handle: update },
    { method: 'DELETE', path: one, handle: remove },
  ];
}

function usualAlert(cents: number): SpendAlert {
  return {
    id: `spend_alert_${cents}`,
    threshold_amount: cents,
    currency: 'USD',
    interval: 'month',
    notification_channel: { type: 'email', recipients: ['ana@acme.example'], subject_prefix: null },
  };
}

function wantedIn({ body }: RouteRequest): Omit<SpendAlert, 'id'> {
  const { currency, interval, threshold_amount: cents, notification_channel: channel } = body;
  if (currency !== 'USD' || interval !== 'month') throw badRequest("Only currency 'USD' and interval 'month' exist");
  if (typeof cents !== 'number' || !Number.isInteger(cents) || cents < 1) throw badRequest('Invalid threshold_amount');
  return { threshold_amount: cents, currency, interval, notification_channel: channelIn(channel) };
}

function channelIn(given: unknown): SpendAlert['notification_channel'] {
  if (typeof given !== 'object' || given === null) throw badRequest('Missing notification_channel');
  const { type, recipients, subject_prefix: prefix } = given as Readonly<Record<string, unknown>>;
  if (type !== 'email') throw badRequest("Only notification_channel type 'email' exists");
  if (!Array.isArray(recipients) || recipients.length === 0) throw badRequest('Missing recipients');
  if (!recipients.every((one) => typeof one === 'string' && one.includes('@'))) throw badRequest('Invalid recipients');
  return { type, recipients, subject_prefix: typeof prefix === 'string' ? prefix : null };
}
