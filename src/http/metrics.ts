import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { ACTION_STATES } from '../domain/action.ts';
import { ALERT_STATES } from '../domain/alert-states.ts';
import { SEVERITIES } from '../domain/finding.ts';
import { SECOND_MS } from '../domain/time.ts';
import type { Meter } from '../ports/meter.ts';
import { type Figures, type FiguresDeps, readFigures } from '../services/status/read-figures.ts';
import { PARTS, type Part } from '../services/status/readiness.ts';

export interface Metrics {
  readonly meter: Meter;
  readonly contentType: string;
  /** In the format of Prometheus, with what the database holds read now. */
  render(): Promise<string>;
}

export interface MetricsOptions extends FiguresDeps {
  readonly notReady: () => Promise<readonly Part[]>;
  /** Memory, event loop and the like: only where somebody can ask for it, since it is measured all the time. */
  readonly ofProcess: boolean;
}

const OPEN_ALERTS = ALERT_STATES.filter((state) => state !== 'resolved');
const OPEN_ACTIONS = ACTION_STATES.filter((state) => state !== 'verified' && state !== 'dismissed');

/**
 * Counters and gauges in a registry of their own. A label is a word of ours (a provider we support, a state, a code): never
 * the name of a key, owner, scope or connection, and nothing that a provider or Slack has sent.
 */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  if (options.ofProcess) collectDefaultMetrics({ register: registry });
  const meter = createMeter(registry, new Set(options.connections.map(({ providerId }) => providerId)));
  const show = createGauges(registry);
  return {
    meter,
    contentType: registry.contentType,
    async render() {
      const problems = await options.notReady().catch((): readonly Part[] => ['database']);
      const figures = await readFigures(options).catch(() => null);
      show(figures, figures === null ? [...problems, 'database'] : problems);
      return registry.metrics();
    },
  };
}

function createMeter(registry: Registry, providerIds: ReadonlySet<string>): Meter {
  const registers = [registry];
  const polls = new Counter({
    name: 'keysteward_polls_total',
    help: 'Polls of usage, by provider and how they ended',
    labelNames: ['provider', 'outcome'],
    registers,
  });
  const providerErrors = new Counter({
    name: 'keysteward_provider_errors_total',
    help: 'Calls of a provider that failed, by our error code',
    labelNames: ['provider', 'code'],
    registers,
  });
  const slackErrors = new Counter({
    name: 'keysteward_slack_errors_total',
    help: 'Web API calls that failed after all tries, by code; "other" is a code that is not in our list',
    labelNames: ['code'],
    registers,
  });
  const answers = new Counter({
    name: 'keysteward_http_requests_total',
    help: 'Requests to our own port, by path and status',
    labelNames: ['path', 'status'],
    registers,
  });
  // From zero on, so that the first failure is seen as an increase.
  for (const provider of providerIds) {
    for (const outcome of ['ok', 'failed']) polls.inc({ provider, outcome }, 0);
  }
  return {
    polled: (provider, outcome) => polls.inc({ provider, outcome }),
    providerFailed: (provider, code) => providerErrors.inc({ provider, code }),
    slackFailed: (code) => slackErrors.inc({ code }),
    answered: (path, status) => answers.inc({ path, status }),
  };
}

function createGauges(registry: Registry): (figures: Figures | null, problems: readonly Part[]) => void {
  const gauge = (name: string, help: string, labelNames: readonly string[] = []) =>
    new Gauge({ name: `keysteward_${name}`, help, labelNames, registers: [registry] });
  const dataAge = gauge('data_age_seconds', 'Since usage was read last, of the connection that is worst off', [
    'provider',
  ]);
  const alerts = gauge('alerts', 'Alerts that are not resolved; tests are left out', ['state', 'severity']);
  const actions = gauge('actions', 'Changes at a provider that are not proven or settled yet', ['state']);
  const waiting = gauge('outbox_waiting', 'Messages and pages that wait to be sent');
  const oldest = gauge('outbox_oldest_age_seconds', 'How long the oldest of the messages has waited; 0 for none');
  const dead = gauge('outbox_dead_letters', 'Messages and pages that were given up, until somebody decides');
  const jobs = gauge('jobs_failing', 'Background jobs whose last run failed');
  const problem = gauge('not_ready', 'What /readyz complains about: 1 while it does', ['part']);
  const all = [dataAge, alerts, actions, waiting, oldest, dead, jobs];
  return (figures, problems) => {
    for (const part of PARTS) problem.set({ part }, problems.includes(part) ? 1 : 0);
    for (const one of all) one.reset();
    // An old figure, or a zero, would look like a good one.
    if (figures === null) {
      for (const one of [waiting, oldest, dead, jobs]) one.set(Number.NaN);
      return;
    }
    for (const [provider, ageMs] of figures.dataAgeMs) dataAge.set({ provider }, seconds(ageMs));
    for (const state of OPEN_ALERTS) {
      for (const severity of SEVERITIES) {
        const these = figures.alerts.filter((one) => one.state === state && one.severity === severity);
        alerts.set({ state, severity }, these.length);
      }
    }
    for (const state of OPEN_ACTIONS) {
      actions.set({ state }, figures.actions.filter((one) => one.state === state).length);
    }
    waiting.set(figures.outbox.waiting);
    oldest.set(seconds(figures.outbox.oldestAgeMs));
    dead.set(figures.outbox.dead);
    jobs.set(figures.failingJobs);
  };
}

/** Null: not at all yet, which is longer than any limit. */
function seconds(ms: number | null): number {
  return ms === null ? Number.POSITIVE_INFINITY : ms / SECOND_MS;
}
