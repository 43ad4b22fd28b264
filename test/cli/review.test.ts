import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { hmacHex } from '../../src/system/installation-secret.ts';
import { keysteward } from '../support/command-line.ts';
import { actionOf, insertKey, keyOf, NOON } from '../support/records.ts';
import { openTestStore, temporaryFolder } from '../support/store.ts';

const SECRET = 'ab'.repeat(32);

test('what a restore left to decide is listed, sent, done and dismissed while the bot may run', {
  timeout: 120_000,
}, async () => {
  const folder = temporaryFolder();
  const store = await toReview(folder);

  const list = keysteward(folder, 'review');
  const send = keysteward(folder, 'review', 'send', 'out_1');
  const done = keysteward(folder, 'review', 'do', 'act_1');
  const refused = keysteward(folder, 'review', 'do', 'act_2');
  const dismissed = keysteward(folder, 'review', 'dismiss', '--all');

  expect(list).toEqual({
    status: 0,
    stderr: '',
    stdout: [
      'To review: 2 messages, 2 actions.',
      '',
      'out_1  a message of kind alert about a',
      '  given up 2026-03-03 12:00 UTC: Taken from a backup: needs review.',
      '',
      'out_2  a message of kind alert about b',
      '  given up 2026-03-03 12:00 UTC: Taken from a backup: needs review.',
      '',
      'act_1  suspend of slug-of-lin_1',
      '  asked 2026-03-03 12:00 UTC: Taken from a backup: needs review.',
      '  by slack:T1/U1: leaked [31m and more',
      '',
      'act_2  suspend of slug-of-lin_1',
      '  asked 2026-03-03 12:00 UTC: Taken from a backup: needs review.',
      '  by slack:T1/U1: leaked',
      '  can only be dismissed: slug-of-lin_1 has changed since it was asked for and is active now.',
      '',
      'keysteward review send ID…      sends messages again (--all: all of them)',
      'keysteward review do ID         carries an action out',
      'keysteward review dismiss ID…   settles them without that (--all: all of them)',
      '',
    ].join('\n'),
  });
  expect(send.stdout).toBe('To be sent again: 1 message. A running bot takes it up within a minute.\n');
  expect(done.stdout).toBe('To be carried out: suspend (act_1). A running bot takes it up within a minute.\n');
  expect(refused).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('is active now') });
  expect(dismissed.stdout).toBe('Dismissed: 1 message, 1 action.\n');
  // The other process sees it, and its audit log goes on.
  expect((await store.read.outbox.due(Date.now(), 9)).map(({ id }) => id)).toEqual(['out_1']);
  expect((await store.read.actions.due(Date.now())).map(({ id }) => id)).toEqual(['act_1']);
  expect(await store.read.outbox.counts()).toEqual({ waiting: 1, dead: 0 });
  expect(await store.read.audit.verify(undefined)).toMatchObject({ ok: true, count: 4 });
});

test.each([
  ['send', []],
  ['dismiss', ['out_1', '--all']],
])('%s needs ids or --all, not both and not neither', { timeout: 60_000 }, async (verb, args) => {
  const folder = temporaryFolder();
  const store = await toReview(folder);

  const run = keysteward(folder, 'review', verb, ...args);

  expect(run).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('or --all') });
  expect((await store.read.outbox.counts()).dead).toBe(2);
});

async function toReview(folder: string) {
  writeFileSync(join(folder, 'installation.secret'), `${SECRET}\n`, { mode: 0o600 });
  const secret = new Secret(SECRET);
  const { store } = openTestStore({ path: join(folder, 'data.db'), sign: (text) => hmacHex(secret, text) });
  await insertKey(store, keyOf());
  const problem = 'Taken from a backup: needs review.';
  await store.write(async (tx) => {
    for (const [id, subjectId] of [
      ['out_1', 'a'],
      ['out_2', 'b'],
    ] as const) {
      const row = { id, kind: 'alert', subjectId, threadKey: subjectId, createdAt: NOON };
      await tx.outbox.enqueue(row);
      const given = { state: 'dead', attempts: 0, notBeforeAt: NOON, settledAt: NOON, refusedBy: null } as const;
      await tx.outbox.update({ ...row, ...given, problem });
    }
    const failed = { state: 'failed', problem } as const;
    const reason = 'leaked\n\u001b[31m\u202e and more';
    await tx.actions.insert(actionOf({ id: 'act_1', idempotencyKey: 'suspend:key_1:1', reason, ...failed }));
    await tx.actions.insert(actionOf({ id: 'act_2', idempotencyKey: 'suspend:key_1:7', ...failed }));
  });
  return store;
}
