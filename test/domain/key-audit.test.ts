import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  AUDIT_STEPS,
  type AuditEvent,
  type AuditStep,
  auditAfter,
  auditRefreshed,
  type KeyAudit,
  leftOf,
  nextAuditStep,
  overSteps,
  startedAudit,
} from '../../src/domain/key-audit.ts';
import { present } from '../support/bench-deps.ts';

const START = { at: 1_000, by: 'slack:T1/U1', figures: { keys: 9, unowned: 4, unused: 2 }, score: 60 };
const LATER = { at: 2_000, by: 'slack:T1/U2', figures: { keys: 9, unowned: 1, unused: 2 }, score: 75 };
const FRESH = startedAudit('kaud_1', START);

function walked(audit: KeyAudit, ...events: readonly AuditEvent[]): KeyAudit {
  return events.reduce((state, event) => auditAfter(state, event, LATER) ?? state, audit);
}

const done = (step: AuditStep): AuditEvent => ({ kind: 'done', step });

describe('a key audit', () => {
  const one = walked(FRESH, done('inventory'));
  const skipped = walked(FRESH, { kind: 'skip', step: 'stale', reason: 'last week' });
  const over = walked(FRESH, ...AUDIT_STEPS.map(done));

  test.each<[state: string, audit: KeyAudit, event: AuditEvent, next: string]>([
    ['a fresh one', FRESH, done('inventory'), 'open, stale, 1 over'],
    ['a fresh one, out of order', FRESH, done('caps'), 'open, inventory, 1 over'],
    ['a fresh one', FRESH, { kind: 'skip', step: 'inventory', reason: 'x' }, 'open, stale, 1 over'],
    ['a fresh one', FRESH, { kind: 'reopen', step: 'inventory' }, 'nothing'],
    ['a fresh one', FRESH, { kind: 'end', reason: 'x' }, 'ended, inventory, 0 over'],
    ['a step that is done', one, done('inventory'), 'nothing'],
    ['a step that is done', one, { kind: 'skip', step: 'inventory', reason: 'x' }, 'nothing'],
    ['a step that is done', one, { kind: 'reopen', step: 'inventory' }, 'open, inventory, 0 over'],
    ['a step that is skipped', skipped, done('stale'), 'nothing'],
    ['a step that is skipped', skipped, { kind: 'reopen', step: 'stale' }, 'open, inventory, 0 over'],
    ['one that is over', over, done('caps'), 'nothing'],
    ['one that is over', over, { kind: 'reopen', step: 'caps' }, 'nothing'],
    ['one that is over', over, { kind: 'end', reason: 'x' }, 'nothing'],
  ])('%s: %#', (_state, audit, event, next) => {
    const result = auditAfter(audit, event, LATER);
    const text =
      result === null ? 'nothing' : `${result.state}, ${nextAuditStep(result) ?? 'none'}, ${overSteps(result)} over`;
    expect(text).toBe(next);
    if (result !== null) expect(result.revision).toBe(audit.revision + 1);
  });

  test('is done with its last step, and its report says what was found, what is left and what the score became', () => {
    expect(over).toMatchObject({
      state: 'done',
      closedAt: 2_000,
      closedBy: 'slack:T1/U2',
      scoreBefore: 60,
      scoreAfter: 75,
    });
    expect(over.steps[0]).toMatchObject({ before: { keys: 9, unowned: 4 }, now: { keys: 9, unowned: 1 } });
    expect(leftOf('inventory', present(over.steps[0]).now)).toBe(1);
    expect(leftOf('stale', present(over.steps[1]).now)).toBe(2);
  });

  test('counts anew what is open, and leaves what a person has looked at', () => {
    const fresh = present(auditRefreshed(one, { keys: 9, unowned: 0, unused: 1 }));
    expect(fresh.steps[0]?.now).toEqual({ keys: 9, unowned: 1 });
    expect(fresh.steps[1]).toMatchObject({ before: { unused: 2 }, now: { unused: 1 } });
    expect(auditRefreshed(fresh, { keys: 9, unowned: 0, unused: 1 })).toBeNull();
    expect(auditRefreshed(over, { keys: 1 })).toBeNull();
  });

  test('closes exactly once, with no step open, whatever people click', () => {
    const event = fc.oneof(
      fc.constantFrom(...AUDIT_STEPS).map((step): AuditEvent => ({ kind: 'done', step })),
      fc.constantFrom(...AUDIT_STEPS).map((step): AuditEvent => ({ kind: 'skip', step, reason: 'x' })),
      fc.constantFrom(...AUDIT_STEPS).map((step): AuditEvent => ({ kind: 'reopen', step })),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const audit = walked(FRESH, ...events);
        expect(audit.state === 'done').toBe(nextAuditStep(audit) === null);
        expect(audit.steps.map(({ step }) => step)).toEqual([...AUDIT_STEPS]);
        expect(audit.steps.every(({ state, at }) => (state === 'open') === (at === null))).toBe(true);
      }),
    );
  });
});
