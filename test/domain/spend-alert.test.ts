import { expect, test } from 'vitest';
import type { KnownSpendAlerts, SpendingScope } from '../../src/domain/spend-alert.ts';
import { seenAlerts } from '../../src/domain/spend-alert.ts';

const FRESH = 1_000;
const ONE = { availability: 'available', alerts: [{ monthlyMicroUsd: 1 }] } as const;
const NONE = { availability: 'available', alerts: [] } as const;
const CLOSED = { availability: 'not_enabled', alerts: [] } as const;

function known(scopeId: string | null, report: KnownSpendAlerts['report'], readAt: number | null = FRESH) {
  return { connectionId: 'fake', scopeId, report, readAt, askedAt: FRESH };
}

function scope(id: string, spentMicroUsd = 0): SpendingScope {
  return { id, name: id.toUpperCase(), spentMicroUsd };
}

function seen(alerts: readonly KnownSpendAlerts[], scopes: readonly SpendingScope[]) {
  return seenAlerts({ alerts, scopes, kind: 'project', freshFrom: FRESH });
}

test('scopes with an alert, those without, the dearest first, and those of which nothing is known are counted', () => {
  const scopes = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((id, index) => scope(id, index));
  const alerts = [
    known('a', ONE),
    known('b', NONE),
    known('c', NONE),
    known('d', NONE),
    known('e', NONE),
    known('f', CLOSED),
    known(null, NONE),
  ];

  expect(seen(alerts, scopes)).toEqual({
    isAsked: true,
    forAll: false,
    kind: 'project',
    scopes: 7,
    alarmed: 1,
    unread: 2,
    without: ['E', 'D', 'C'],
  });
});

test('what could not be read, or not for long, is unknown, whatever it said before', () => {
  for (const alert of [known(null, CLOSED), known(null, null, null), known(null, ONE, FRESH - 1)]) {
    expect(seen([alert, { ...alert, scopeId: 'a' }], [scope('a')])).toMatchObject({
      forAll: null,
      unread: 1,
      without: [],
    });
  }
});

test('alerts of scopes in which nothing can spend do not count', () => {
  expect(seen([known('old', ONE), known('a', NONE)], [scope('a')])).toMatchObject({ scopes: 1, alarmed: 0 });
  expect(seen([], [scope('a')])).toMatchObject({ isAsked: false, forAll: null, unread: 1 });
});
