import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ACTION_DONE, type ActionKind, AUDIT_STAGES, type AuditStage, auditVerb } from '../../../src/domain/action.ts';
import { ALERT_STATES } from '../../../src/domain/alert.ts';
import type { HistoryEntry } from '../../../src/services/history/read-history.ts';
import { auditSentence } from '../../../src/slack/views/audit-words.ts';
import { historyView } from '../../../src/slack/views/history.ts';
import { LOCALE, NOW } from '../support/cards.ts';

const PAGE = { number: 1, count: 1, text: '', buttons: [] };

// What the parts of a verb that is put together can be.
const PARTS: Readonly<Record<string, readonly string[]>> = {
  'alert.${after.state}': ALERT_STATES.map((state) => `alert.${state}`),
  'alert.${kind}': [],
  'lineage.claim.${decision}': ['lineage.claim.confirmed', 'lineage.claim.declined'],
  'lineage.${field}.changed': ['workload', 'consumers', 'cap', 'models', 'promise'].map(
    (field) => `lineage.${field}.changed`,
  ),
  'rotation.step.${VERB[event]}': ['done', 'blocked', 'skipped', 'undone'].map((event) => `rotation.step.${event}`),
  'rotation.consumer.${after.state}': ['done', 'failed'].map((state) => `rotation.consumer.${state}`),
  "rotation.step.${seen.change.event === 'complete' ? 'done' : 'undone'}": [],
};
const SUBJECTS = 'alert|channel|database|grant|key|lineage|message|notice|rotation|scope|usage';

/** Every verb that services and store write into the audit log, as far as their text shows it. */
function writtenVerbs(): { readonly verbs: readonly string[]; readonly unknownTemplates: readonly string[] } {
  const verbs = new Set<string>();
  const unknownTemplates: string[] = [];
  for (const { path, text } of sources()) {
    for (const [, verb = ''] of text.matchAll(new RegExp(`'((?:${SUBJECTS})\\.[a-z_.]+)'`, 'g'))) verbs.add(verb);
    for (const [, verb = ''] of text.matchAll(/\bverb(?:: | = )'([^']+)'/g)) verbs.add(verb);
    for (const [, template = ''] of text.matchAll(/\bverb(?:: | = )`([^`]*)`/g)) {
      const parts = PARTS[template];
      if (parts === undefined) unknownTemplates.push(`${path}: ${template}`);
      for (const verb of parts ?? []) verbs.add(verb);
    }
    for (const [, kind = ''] of text.matchAll(/saveChange\([\s\S]*?\bkind: '([a-z_]+)'/g)) verbs.add(`alert.${kind}`);
  }
  for (const kind of Object.keys(ACTION_DONE)) {
    for (const stage of Object.keys(AUDIT_STAGES)) verbs.add(auditVerb(kind as ActionKind, stage as AuditStage));
  }
  return { verbs: [...verbs], unknownTemplates };
}

function sources() {
  return ['src/services', 'src/store'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(`${folder}/${name}`, 'utf8') })),
  );
}

function entry(fields: Partial<HistoryEntry>): HistoryEntry {
  return {
    seq: 1,
    at: NOW,
    actor: 'slack:T1/U0ANA',
    verb: '',
    subject: 'key_1',
    name: 'prod-api',
    detail: {},
    ...fields,
  };
}

function textOf(fields: Partial<HistoryEntry>): string {
  return historyView({ title: 'History', entries: [entry(fields)], page: PAGE }, LOCALE).text.split('\n')[1] ?? '';
}

describe('the words of the audit log', () => {
  const { verbs, unknownTemplates } = writtenVerbs();

  test('are there for every verb that is written', () => {
    expect(unknownTemplates).toEqual([]);
    expect(verbs.length).toBeGreaterThan(140);
    expect(verbs.filter((verb) => auditSentence(verb) === null)).toEqual([]);
  });

  test.each([
    ['key.suspend.requested', 'suspending *prod-api* was asked for'],
    ['rotation.step.blocked', 'a step of the rotation of *prod-api* is blocked'],
    ['grant.ended', 'what was raised for a time on *prod-api* ended'],
    ['alert.owner_denied', 'the owner said of *prod-api*: it was not us'],
  ])('%s is a sentence', (verb, words) => {
    expect(textOf({ verb })).toContain(words);
  });
});

describe('an entry of the history', () => {
  test('has its instants as dates in the reader’s zone, its people as people, and no id', () => {
    const detail = {
      until: NOW,
      checkedUntil: NOW,
      approvedBy: 'slack:T1/U0CHRIS',
      userId: 'U0DEE',
      requestedBy: 'system:auto-contain',
      keyId: 'key_00000000001',
      lostMicroUsd: 22_000_000,
      lengthMs: 90 * 60_000,
      reason: 'it *leaked* <!channel>',
    };

    const text = textOf({ verb: 'key.revoke.requested', detail });

    expect(text).not.toMatch(/\d{12,}|slack:|system:|key_0|<!channel>/);
    expect(text).toMatch(/until <!date\^\d{10}\^[^|]+\|[^>]+>/);
    expect(text).toContain('approved by <@U0CHRIS>');
    expect(text).toContain('asked <@U0DEE>');
    expect(text).toContain('asked by Keysteward');
    expect(text).toContain('lost $22');
    expect(text).toContain('after 90 minutes');
  });

  test.each([
    ['slack:T1/U0ANA', '<@U0ANA>'],
    ['system:sync-inventory', 'Keysteward'],
    ['cli:root', 'root (command line)'],
  ])('of %s names %s', (actor, name) => {
    expect(textOf({ verb: 'key.appeared', actor }).split(' · ')[1]).toBe(name);
  });

  test('says from whom to whom a rotation went, and until when a raise holds', () => {
    const people = { from: 'slack:T1/U0ANA', to: 'slack:T1/U0BEN' };
    expect(textOf({ verb: 'rotation.handed_over', detail: people })).toContain('from <@U0ANA> to <@U0BEN>');
    expect(textOf({ verb: 'grant.prolonged', detail: { from: NOW, to: null } })).toMatch(/from <!date\^\d+.* to none/);
    const states = { from: 'open', to: 'acknowledged' };
    expect(textOf({ verb: 'alert.acknowledged', detail: states })).not.toContain('from open');
  });
});
