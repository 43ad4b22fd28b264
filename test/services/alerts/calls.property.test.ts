import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { Alert } from '../../../src/domain/alert.ts';
import { SEVERITIES, type Severity, severityRank } from '../../../src/domain/finding.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { acknowledgeAlert } from '../../../src/services/alerts/acknowledge-alert.ts';
import { runAlertTimers } from '../../../src/services/alerts/escalate-alerts.ts';
import { expectAlert } from '../../../src/services/alerts/expect-alert.ts';
import { recordFinding } from '../../../src/services/alerts/record-finding.ts';
import { snoozeAlert } from '../../../src/services/alerts/snooze-alert.ts';
import { type Bench, later, openBench, present } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';
import { findingOf } from '../../support/findings.ts';
import { ADA } from '../../support/requests.ts';
import { callsIn, type Sent, sendAll } from '../../support/sent.ts';

vi.setConfig({ testTimeout: 60_000 });

const RUNS = 25;
const FIRST_LOSS = 100_000_000;

type Step =
  | { readonly kind: 'finding'; readonly severity: Severity; readonly usd: number }
  | { readonly kind: 'ack' | 'snooze' | 'expect' }
  | { readonly kind: 'wait'; readonly minutes: number };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('finding' as const),
        severity: fc.constantFrom(...SEVERITIES),
        usd: fc.integer({ min: 0, max: 900 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constantFrom('ack' as const, 'snooze' as const, 'expect' as const) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 90 }) }),
    },
  ),
  { minLength: 3, maxLength: 20 },
);

/** The calls that severity and loss alone account for, told anew from the rule: once per severity, once per doubling. */
class Rule {
  severity = -1;
  called = -1;
  loss = 0;
  lossCalled = 0;

  forgetLoss(): void {
    this.loss = 0;
    this.lossCalled = 0;
  }

  calls(found: { severity: Severity; usd: number }): number {
    this.severity = Math.max(this.severity, severityRank(found.severity));
    this.loss = Math.max(this.loss, found.usd * 1_000_000);
    if (this.severity < severityRank('high')) return 0;
    const doublings = this.loss < FIRST_LOSS ? 0 : Math.floor(Math.log2(this.loss / FIRST_LOSS)) + 1;
    const isNews = this.severity > this.called || doublings > this.lossCalled;
    this.called = this.severity;
    this.lossCalled = Math.max(this.lossCalled, doublings);
    return isNews ? 1 : 0;
  }
}

function calling(sent: readonly Sent[]): readonly Sent[] {
  return sent.filter((one) => callsIn([one]).length > 0);
}

/** The alert that a finding went to. */
async function act(bench: Bench, key: string, step: Step, alertId: string | undefined): Promise<Alert | undefined> {
  const { deps } = bench;
  if (step.kind === 'wait') later(bench, step.minutes * MINUTE_MS);
  if (step.kind === 'finding') {
    const values = { severity: step.severity, costMicroUsd: step.usd * 1_000_000 };
    return (await recordFinding(deps, await findingOf(bench, key, values))) ?? undefined;
  }
  if (alertId === undefined) return undefined;
  const refused = () => undefined;
  const say = { actor: ADA, alertId, reason: 'so' };
  if (step.kind === 'ack') await acknowledgeAlert(deps, say).catch(refused);
  if (step.kind === 'snooze') await snoozeAlert(deps, { ...say, until: deps.clock.now() + HOUR_MS }).catch(refused);
  if (step.kind === 'expect') await expectAlert(deps, { ...say, lengthMs: 0, mayCritical: true }).catch(refused);
  return undefined;
}

test('whatever happens in whatever order, people are called once for each severity, doubling and step, and never besides', async () => {
  const bench = openBench({ roles: 'roles: { admins: [U0ADMIN], responders: [U0ADA] }' });
  const keys = Array.from({ length: RUNS + 1 }, (_, index) => `key_${index}`);
  bench.provider.put(...keys.map((id) => fakeKey(id, { label: id })));
  await bench.sync();
  let run = -1;

  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      run += 1;
      const key = present(keys[run % keys.length]);
      const { lineageId } = await bench.keyOf(key);
      later(bench, 40 * DAY_MS);
      let rule = new Rule();
      const latest = () => bench.store.read.alerts.latestOfLineage(lineageId);
      const startAlert = await latest();
      for (const step of sequence) {
        later(bench, 1_000);
        const before = await latest();
        const current = before?.id === startAlert?.id ? undefined : before;
        const told = await act(bench, key, step, current?.id);
        const now = await latest();
        const gained = calling(await sendAll(bench));
        // What does not page opens nothing again: it begins an alert of its own, which calls anew.
        if (now?.id !== before?.id) rule = new Rule();
        // It was expected and is more than that now: only what comes from here on is lost.
        if (before?.verdict === 'legitimate' && now?.id === before.id && now.state === 'open') rule.forgetLoss();
        // What was called expected is kept with the alert that was closed for it, whatever has come since.
        const wasKept = told?.state === 'resolved';
        // Nor does what is kept quietly change anything.
        const isQuiet = step.kind !== 'finding' || wasKept || step.severity === 'info';
        const due = isQuiet ? 0 : rule.calls(step);
        expect(gained).toHaveLength(due);

        await runAlertTimers(bench.deps);
        const climbed = calling(await sendAll(bench));
        // One step at a time, and only for an alert that is open, awake and bad enough.
        expect(climbed.length).toBeLessThanOrEqual(1);
        const after = await latest();
        if (climbed.length > 0) expect(after).toMatchObject({ state: 'open', snoozedUntil: null });
        await runAlertTimers(bench.deps);
        expect(calling(await sendAll(bench))).toEqual([]);

        const open = (await bench.store.read.alerts.unresolved()).filter((one) => one.lineageId === lineageId);
        expect(open.length).toBeLessThanOrEqual(1);
      }
      const last = await latest();
      if (last === undefined) return;
      const events = await bench.store.read.alerts.events(last.id);
      const begins = 1 + events.filter(({ kind }) => ['snooze_over', 'reopened', 'worse'].includes(kind)).length;
      expect(events.filter(({ kind }) => kind === 'escalated').length).toBeLessThanOrEqual(3 * begins);
      await bench.store.write((tx) =>
        tx.alerts.update({
          ...last,
          state: 'resolved',
          closedAt: bench.clock.now(),
          escalation: null,
          snoozedUntil: null,
        }),
      );
    }),
    { numRuns: RUNS },
  );
});
