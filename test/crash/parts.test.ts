import { describe, expect, test } from 'vitest';
import { differences } from './support/differences.ts';
import { effectOf } from './support/effects.ts';
import { type EffectKind, Gate, pointName } from './support/gate.ts';
import type { Outcome } from './support/outcome.ts';
import { casesOf, isMeant, roundsOf } from './support/points.ts';

const body = Buffer.from('');

describe('what counts as an effect', () => {
  test.each([
    ['slack', 'POST', '/api/chat.postMessage', 'request'],
    ['slack', 'POST', '/api/reactions.add', 'request'],
    ['slack', 'POST', '/api/conversations.open', 'request'],
    ['slack', 'POST', '/api/conversations.history', 'read'],
    ['slack', 'POST', '/response/response000001', 'request'],
    ['provider', 'GET', '/v1/organizations/usage', 'read'],
    ['provider', 'DELETE', '/v1/organizations/api_keys/1', 'request'],
    ['webhook', 'POST', '/', 'request'],
  ])(
    '%s %s %s is a %s, and a new method counts as a change until somebody knows better',
    (target, method, url, kind) => {
      expect(effectOf(target, { method, url, body }).kind).toBe(kind);
    },
  );

  test('a message is called by what it is about, however its metadata is written', () => {
    const metadata = JSON.stringify({ event_type: 'x', event_payload: { subject: 'alert_event:event_1' } });
    const form = Buffer.from(new URLSearchParams({ text: 'a + b', metadata }).toString());

    expect(effectOf('slack', { method: 'POST', url: '/api/chat.postMessage', body: form }).label).toBe(
      'slack chat.postMessage alert_event',
    );
  });

  test('a text with a stray percent sign does not break the name', () => {
    const text = Buffer.from('100% of it');

    expect(effectOf('slack', { method: 'POST', url: '/api/chat.update', body: text }).label).toBe('slack chat.update');
  });
});

describe('kill points', () => {
  test('moments between which nothing changed are one crash, each by itself with `all`', async () => {
    const moments = await play(['request', 'commit', 'read', 'commit']);

    expect(casesOf(moments).map(({ points }) => points.map(pointName))).toEqual([
      ['one · before · effect'],
      ['one · applied, not answered · effect', 'one · after · effect', 'one · before · effect #2'],
      ['one · after · effect #2', 'one · before · effect #3', 'one · before · effect #4'],
      ['one · after · effect #4'],
    ]);
    expect(casesOf(moments, { all: true })).toHaveLength(8);
  });

  test('a round takes one crash of each beat, and all of them are taken', async () => {
    const gate = new Gate();
    for (const beat of ['a', 'b', 'c']) await play(beat === 'b' ? ['commit'] : ['commit', 'commit'], { gate, beat });

    const rounds = roundsOf(casesOf(gate.moments));

    expect(rounds.map((round) => round.map(({ at }) => at.effect.beat))).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
      ['a', 'c'],
    ]);
  });

  test('of a beat with very many a round takes some, far from one another', async () => {
    const rounds = roundsOf(casesOf(await play(Array.from({ length: 60 }, () => 'commit' as const))));

    expect(rounds).toHaveLength(24);
    expect(rounds[0]?.map(({ number }) => number)).toEqual([1, 25, 49]);
    expect(new Set(rounds.flat()).size).toBe(61);
  });

  test('a point is found by its number or by a part of its name', async () => {
    const [first, second] = casesOf(await play(['commit']));

    expect([first, second].map((one) => one !== undefined && isMeant(one, '2'))).toEqual([false, true]);
    expect([first, second].map((one) => one !== undefined && isMeant(one, '1,2'))).toEqual([true, true]);
    expect([first, second].map((one) => one !== undefined && isMeant(one, 'after'))).toEqual([false, true]);
  });

  test('the app dies once at a point, nothing behind it passes, and the next process passes', async () => {
    const [target] = await play(['commit']);
    const gate = new Gate(target === undefined ? [] : [target]);
    let kills = 0;
    gate.open(() => (kills += 1));
    gate.beat('one');
    const effect = gate.arrive('commit', 'effect');
    const passed: string[] = [];

    void gate.pass(effect, 'before').then(() => passed.push('the one that dies'));
    void gate.pass(gate.arrive('read', 'other'), 'before').then(() => passed.push('what comes behind it'));
    await Promise.resolve();
    gate.open(() => (kills += 1));
    await gate.pass(effect, 'before');

    expect(passed).toEqual([]);
    expect(kills).toBe(1);
    expect(gate.hits.map(pointName)).toEqual(['one · before · effect']);
  });
});

describe('the comparison', () => {
  test('tells what is missing, what is too many and what is out of order', () => {
    const without = outcomeOf({ messages: ['a', 'b', 'b'], audit: ['x', 'y'], keys: ['k'] });
    const withCrash = outcomeOf({ messages: ['a', 'a', 'b'], audit: ['y', 'x'], keys: ['k'] });

    expect(differences(without, withCrash)).toEqual([
      'messages: missing: b',
      'messages: too many: a',
      'audit: in another order',
    ]);
    expect(differences(without, without)).toEqual([]);
  });

  test('takes a message that says that it may be a repeat for the message, where the app cannot look it up', () => {
    const without = outcomeOf({ messages: ['a.', 'b.'], audit: [] });
    const withCrash = outcomeOf({ messages: ['a. This may be a repeat: nobody knows.', 'a.'], audit: [] });

    expect(differences(without, withCrash, { mayRepeat: true })).toEqual(['messages: missing: b.']);
    expect(differences(without, withCrash)).toContain('messages: too many: a. This may be a repeat: nobody knows.');
  });
});

/** An app that does this, one after the other. */
async function play(kinds: readonly EffectKind[], { gate = new Gate(), beat = 'one' } = {}) {
  gate.beat(beat);
  for (const kind of kinds) {
    const effect = gate.arrive(kind, 'effect');
    for (const phase of ['before', 'applied', 'after'] as const) await gate.pass(effect, phase);
  }
  return gate.moments;
}

function outcomeOf(facts: Outcome['facts']): Outcome {
  return { faults: [], facts, repeats: [], logs: [] };
}
