import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../src/domain/time.ts';
import { prolong, raiseCap } from '../../src/services/grants/raise-cap.ts';
import { syncMembers } from '../../src/services/inventory/sync-members.ts';
import { openRotation } from '../../src/services/rotation/open-rotation.ts';
import { pollUsage } from '../../src/services/usage/poll-usage.ts';
import type { Rendered } from '../../src/slack/views/blocks.ts';
import { member, present } from '../support/bench-deps.ts';
import { fakeKey, fakeScope } from '../support/fake-provider.ts';
import { runToTheEnd } from '../support/requests.ts';
import { NOW } from './support/cards.ts';
import { ADMIN, type CommandBench, fieldNamed, openCommandBench, PERSON, RESPONDER } from './support/command-bench.ts';
import { seen, seenView } from './support/golden.ts';

const PROMISES = `models: [{ match: 'billing', allowed: ['claude-*'], retention: eu-only }]
retention:
  - { promise: zero-retention, models: ['gpt-5*'] }
  - { promise: eu-only, models: ['claude-*'] }`;

async function benchOf(labels: readonly string[], policy = ''): Promise<CommandBench> {
  const bench = openCommandBench({ policy });
  bench.provider.scopes = [fakeScope('ws_1', 'Kitchen'), fakeScope('ws_2', 'Garden')];
  bench.provider.put(...labels.map((label, index) => fakeKey(`apikey_${index}`, { label })));
  await bench.sync();
  return bench;
}

async function answer(bench: CommandBench, line: string, userId?: string): Promise<string> {
  const rendered = await bench
    .run(line, userId)
    .catch((error: { publicMessage?: string }) => error.publicMessage ?? String(error));
  return typeof rendered === 'string' ? rendered : rendered === null ? '(a modal)' : seen(rendered);
}

const verbs = (bench: CommandBench) => bench.audit().map(({ verb }) => verb);
const buttonsOf = (rendered: Rendered | null) =>
  (rendered?.blocks ?? [])
    .flatMap((block) => (block.type === 'actions' ? block.elements : []))
    .flatMap((element) =>
      element.type === 'button'
        ? [{ id: element.action_id ?? '', label: element.text.text, value: element.value ?? '' }]
        : [],
    );

describe('finding a key', () => {
  test('that several names fit offers each as a button, and the button goes on with it', async () => {
    const bench = await benchOf(['prod-api-eu', 'prod-api-us']);
    const asked = await bench.run('cap prod-api 250');
    const [first] = buttonsOf(asked);

    expect(seen(present(asked))).toContain('2 keys fit. Which one do you mean?');
    const chosen = await bench.click(first?.id ?? '', first?.value ?? '');
    expect(seen(present(chosen))).toContain('The cap of prod-api-eu is $250 a month now');
  });

  test('takes a beginning before a fragment, and leaves accents out of account', async () => {
    const bench = await benchOf(['api-web', 'web', 'web-2', 'Café']);
    expect(await answer(bench, 'show web')).toContain('web is active');
    expect(await answer(bench, 'show CAFE')).toContain('cafe is active');
    expect(await answer(bench, 'show we')).toContain('2 keys fit');
  });

  test('that is mistyped is answered with the nearest', async () => {
    const bench = await benchOf(['prod-api', 'prod-app']);
    expect(await answer(bench, 'show prod-apj')).toContain('Did you mean `prod-api` or `prod-app`?');
  });
});

describe('a page', () => {
  test('of a long list leads to the next, in its place, with the same question', async () => {
    const bench = await benchOf(Array.from({ length: 40 }, (_, index) => `staging-${String(index).padStart(2, '0')}`));
    const first = await bench.run('list env:staging');
    const next = buttonsOf(first).find(({ label }) => label.startsWith('Next'));
    const second = await bench.click(next?.id ?? '', next?.value ?? '', PERSON);

    expect(seen(present(first))).toContain('40 keys, $0 in 30 days · page 1 of 3');
    expect(seen(present(second))).toContain('staging-15');
    expect(seen(present(second))).toContain('page 2 of 3');
  });

  test('is not for guests, whoever shows them the button', async () => {
    const bench = await benchOf(Array.from({ length: 40 }, (_, index) => `staging-${index}`));
    const next = buttonsOf(await bench.run('list')).find(({ label }) => label.startsWith('Next'));
    await expect(bench.click(next?.id ?? '', next?.value ?? '', 'U0GUEST')).rejects.toMatchObject({
      code: 'forbidden',
    });
  });
});

describe('the owner of a key', () => {
  test('is set by a responder, told by direct message, and not undone by what the provider says', async () => {
    const bench = await benchOf(['staging-ci']);
    bench.people.push(member('U0DEE', { email: 'dee@acme.test' }));
    expect(await answer(bench, 'owner staging-ci <@U0BEN|ben>')).toContain('belongs to @ben now');
    expect((await bench.lineageOf('apikey_0')).ownerSlackId).toBe('U0BEN');
    expect(bench.outbox().some((row) => row.startsWith('owner ') && row.includes(':U0BEN:'))).toBe(true);

    expect(await answer(bench, 'owner staging-ci none')).toContain('has no owner now');
    const owner = { kind: 'user', id: 'u', name: 'Dee', email: 'dee@acme.test', hasAccess: true } as const;
    bench.provider.change('apikey_0', { owner });
    await bench.sync();
    await syncMembers(bench.deps);
    expect((await bench.lineageOf('apikey_0')).ownerSlackId).toBeNull();
  });

  test.each([
    ['<@U0GUEST>', 'active full member'],
    ['<@U0NOBODY>', 'Slack does not tell who that is'],
    ['@ben', 'Mention the owner with @'],
  ])('cannot be %s', async (who, sentence) => {
    const bench = await benchOf(['staging-ci']);
    expect(await answer(bench, `owner staging-ci ${who}`)).toContain(sentence);
    expect((await bench.lineageOf('apikey_0')).revision).toBe(1);
  });

  test('may not be set by just anybody, nor a cap', async () => {
    const bench = await benchOf(['staging-ci']);
    for (const line of ['owner staging-ci <@U0BEN>', 'cap staging-ci 5']) {
      expect(await answer(bench, line, PERSON)).toContain('only a responder or an admin');
    }
  });

  test('who claims a key gets no rights until a responder confirms it, once', async () => {
    const bench = await benchOf(['staging-ci']);
    expect(await answer(bench, 'claim staging-ci', PERSON)).toContain('A responder is asked');
    expect(await bench.lineageOf('apikey_0')).toMatchObject({ ownerSlackId: PERSON, ownerStanding: 'claimed' });
    expect(await answer(bench, 'edit staging-ci', PERSON)).toBe('(a modal)');
    expect(seenView(present(bench.views.at(-1)))).toContain('Nothing was done: only');
    expect(await answer(bench, 'claim staging-ci', PERSON)).toContain('claimed staging-ci already');
    expect(await answer(bench, 'claim staging-ci', 'U0BEN')).not.toContain('is yours now');

    const notice = present(await bench.store.read.notices.open('claim', (await bench.lineageOf('apikey_0')).id));
    const value = JSON.stringify({ v: 1, n: notice.id });
    await expect(bench.click('claim_confirm', value, PERSON)).rejects.toMatchObject({ code: 'forbidden' });
    await bench.click('claim_confirm', value, RESPONDER);
    expect(await bench.lineageOf('apikey_0')).toMatchObject({ ownerSlackId: PERSON, ownerStanding: 'confirmed' });
    await expect(bench.click('claim_decline', value, ADMIN)).rejects.toMatchObject({
      publicMessage: 'Nothing was done: this claim was confirmed before.',
    });
    expect(verbs(bench).slice(-4)).toEqual([
      'lineage.claimed',
      'notice.opened',
      'lineage.claim.confirmed',
      'notice.closed',
    ]);
  });

  test.each(['found', 'person'] as const)('declined leaves what was said before (%s)', async (ownerSource) => {
    const bench = await benchOf(['staging-ci']);
    const before = await bench.lineageOf('apikey_0');
    await bench.store.write((tx) => tx.lineages.update({ ...before, ownerSource }));
    await bench.run('claim staging-ci', PERSON);
    const notice = present(await bench.store.read.notices.open('claim', before.id));
    await bench.click('claim_decline', JSON.stringify({ v: 1, n: notice.id }));
    expect(await bench.lineageOf('apikey_0')).toMatchObject({ ownerSlackId: null, ownerSource });
  });

  test('whose claim is declined is nobody; the key can be claimed again, and asked about anew', async () => {
    const bench = await benchOf(['staging-ci']);
    await bench.run('claim staging-ci', PERSON);
    const lineage = await bench.lineageOf('apikey_0');
    const notice = present(await bench.store.read.notices.open('claim', lineage.id));
    await bench.click('claim_decline', JSON.stringify({ v: 1, n: notice.id }));
    expect(await bench.lineageOf('apikey_0')).toMatchObject({ ownerSlackId: null, ownerSource: 'found' });

    await bench.run('claim staging-ci', PERSON);
    expect(present(await bench.store.read.notices.open('claim', lineage.id)).id).not.toBe(notice.id);
  });

  test('sees in mine what waits', async () => {
    const bench = await benchOf(['staging-ci', 'staging-web']);
    await bench.run('owner staging-ci <@U0BEN>');
    await bench.run('claim staging-web', PERSON);
    const text = await answer(bench, 'mine', PERSON);
    expect(text).toContain('You own 2 keys; 2 need you.');
    expect(text).toContain('your claim waits for a responder');
    expect(await answer(bench, 'mine', ADMIN)).toContain('You own no key.');
  });
});

describe('an edit', () => {
  test('keeps each field with an entry of its own, from and to', async () => {
    const bench = await benchOf(['prod-api']);
    await bench.run('edit prod-api');
    const view = bench.views.at(-1);
    const fields = {
      [fieldNamed(view, 'environment')]: 'staging',
      [fieldNamed(view, 'workload')]: 'answers mails',
      [fieldNamed(view, 'consumers')]: 'mailer\nnightly, web',
      [fieldNamed(view, 'cap')]: '250',
    };
    // Whoever could take production's protection away alone could then act alone.
    await expect(bench.submit(fields)).rejects.toMatchObject({ code: 'forbidden' });
    expect(await bench.lineageOf('apikey_0')).toMatchObject({ environment: 'production', revision: 1 });

    const last = await bench.submit(fields, ADMIN);
    expect(JSON.stringify(last)).toContain('Saved.');
    expect(await bench.lineageOf('apikey_0')).toMatchObject({
      environment: 'staging',
      workload: 'answers mails',
      consumers: ['mailer', 'nightly', 'web'],
      capMicroUsd: 250_000_000,
      revision: 2,
    });
    const changes = bench.audit().filter(({ verb }) => verb.endsWith('.changed'));
    expect(changes.find(({ verb }) => verb === 'lineage.environment.changed')?.detail).toEqual({
      slug: 'prod-api',
      from: 'production',
      to: 'staging',
      noLongerProduction: true,
    });
    expect(changes).toHaveLength(4);
  });

  test('loses nothing when somebody else was faster: both changes are kept', async () => {
    const bench = await benchOf(['prod-api']);
    await bench.run('edit prod-api');
    const view = bench.views.at(-1);
    await bench.run('cap prod-api 99', ADMIN);

    const again = await bench.submit({ [fieldNamed(view, 'workload')]: 'answers mails' });
    expect(JSON.stringify(again)).toContain('Nothing is saved yet: somebody else has changed this key.');
    expect(JSON.stringify(again)).toContain('Cap is “99” now.');
    await bench.submit({});

    expect(await bench.lineageOf('apikey_0')).toMatchObject({ workload: 'answers mails', capMicroUsd: 99_000_000 });
  });

  test('of an owner reaches what it is for and who uses it, and nothing else', async () => {
    const bench = await benchOf(['prod-api']);
    await bench.run('owner prod-api <@U0BEN>');
    await bench.run('edit prod-api', PERSON);
    const view = present(bench.views.at(-1));
    expect(view.blocks.map(({ block_id }) => block_id?.split(':')[0]).filter(Boolean)).toEqual([
      'workload',
      'consumers',
    ]);

    const forged = [{ 'environment:2': 'development', 'cap:2': '1' }, { 'models:2': '*' }, { 'promise:2': 'none' }];
    for (const fields of forged) {
      await expect(bench.submit({ ...fields, 'workload:2': 'x' }, PERSON)).rejects.toMatchObject({ code: 'forbidden' });
    }
    expect(await bench.lineageOf('apikey_0')).toMatchObject({
      environment: 'production',
      workload: null,
      allowedModels: null,
      retention: null,
    });
  });

  test('says which models a key may call and what was promised, leaves both to policy when empty, and history tells it', async () => {
    const bench = await benchOf(['billing'], PROMISES);
    await bench.run('edit billing');
    const said = (models: string, promise: string) =>
      bench.submit({
        [fieldNamed(bench.views.at(-1), 'models')]: models,
        [fieldNamed(bench.views.at(-1), 'promise')]: promise,
      });
    expect(JSON.stringify(bench.views.at(-1))).toContain('policy.yml knows zero-retention, eu-only.');
    await said(' gpt-5*, claude-haiku-4\n\nclaude-haiku-4 ;o3 ', 'Zero-Retention');
    expect(await bench.lineageOf('apikey_0')).toMatchObject({
      allowedModels: ['gpt-5*', 'claude-haiku-4', 'o3'],
      retention: 'zero-retention',
      revision: 2,
    });
    const card = await answer(bench, 'show billing');
    expect(card).toContain('May call gpt-5*\u2060, claude-haiku-4, o3');
    expect(card).toContain('Promise zero-retention, kept by gpt-5*');

    await bench.run('edit billing');
    await said(' ', '');
    expect(await bench.lineageOf('apikey_0')).toMatchObject({ allowedModels: null, retention: null, revision: 3 });
    expect(await answer(bench, 'show billing')).toContain('May call claude-*\u2060 (as policy says)');
    const history = await answer(bench, 'history billing');
    expect(history).toContain(
      'which models billing may call was changed from as policy says to gpt-5*\u2060, claude-haiku-4, o3',
    );
    expect(history).toContain(
      'what was promised of the data of billing was changed from zero-retention to as policy says',
    );
  });

  test('refuses a promise that policy does not know, and names those that it knows', async () => {
    const bench = await benchOf(['billing'], PROMISES);
    await bench.run('edit billing');
    const id = fieldNamed(bench.views.at(-1), 'promise');
    expect(await bench.submit({ [id]: 'never' })).toEqual({
      [id]: 'policy.yml does not know this promise. It knows zero-retention, eu-only; none says that there is none.',
    });
    await bench.submit({ [id]: 'none' });
    expect(await bench.lineageOf('apikey_0')).toMatchObject({ retention: 'none' });
    expect(await answer(bench, 'show billing')).toContain('Promise none');
  });

  test('of something else goes through though policy has forgotten the promise', async () => {
    const bench = await benchOf(['billing'], PROMISES);
    const lineage = await bench.lineageOf('apikey_0');
    await bench.store.write((tx) => tx.lineages.update({ ...lineage, retention: 'eu-1' }));
    await bench.run('edit billing');
    await bench.submit({ [fieldNamed(bench.views.at(-1), 'workload')]: 'invoices' });
    expect(await bench.lineageOf('apikey_0')).toMatchObject({ retention: 'eu-1', workload: 'invoices' });
    expect(await answer(bench, 'show billing')).toContain('eu-1, which policy.yml does not know any more');
  });

  test('never keeps a key that somebody pastes', async () => {
    const bench = await benchOf(['prod-api']);
    await bench.run('edit prod-api');
    const pasted = `sk-ant-api03-${'A1b2C3d4'.repeat(10)}`;
    await bench.submit({ [fieldNamed(bench.views.at(-1), 'workload')]: `uses ${pasted}` });
    expect((await bench.lineageOf('apikey_0')).workload).toBe('uses [secret]');
    expect(JSON.stringify(bench.audit())).not.toContain('A1b2C3d4');
  });

  test('says beside the field what is wrong with a cap', async () => {
    const bench = await benchOf(['prod-api']);
    await bench.run('edit prod-api');
    const id = fieldNamed(bench.views.at(-1), 'cap');
    expect(await bench.submit({ [id]: 'ten' })).toEqual({ [id]: expect.stringContaining('digits') });
  });
});

describe('a cap', () => {
  test.each([
    ['ten', 'Write it in digits.'],
    ['-5', 'cannot be negative'],
    ['1e9', 'plain digits'],
    ['0', 'The smallest cap is $0.01. To stop a key, suspend it.'],
    ['€200', 'no rate for EUR'],
    ['1,000', 'The cap of prod-api is $1,000 a month now; it was none.'],
    ['none', 'The cap of prod-api is none now'],
    ['', 'The cap of prod-api is none.'],
  ])('%j is answered', async (amount, sentence) => {
    const bench = await benchOf(['prod-api']);
    expect(await answer(bench, `cap prod-api ${amount}`)).toContain(sentence);
  });
});

describe('spend', () => {
  test('is by key with shares, usage without a key on its own line, and what has no price', async () => {
    const bench = await benchOf(['prod-api', 'staging-ci']);
    bench.provider.use = [
      { keyId: 'apikey_0', at: NOW - HOUR_MS, tokens: 75_000_000 },
      { keyId: 'apikey_1', at: NOW - DAY_MS, tokens: 15_000_000 },
      { keyId: null, scopeId: 'ws_1', at: NOW - HOUR_MS, tokens: 10_000_000 },
      { keyId: 'apikey_1', at: NOW - HOUR_MS, tokens: 5, model: 'mystery-1' },
    ];
    await pollUsage(bench.deps, bench.provider.port);
    const text = await answer(bench, 'spend');
    expect(text).toContain('$100 since');
    expect(text).toContain('prod-api · $75 · 75 %');
    expect(text).toContain('without a key in Kitchen · $10 · 10 %');
    expect(text).toContain('counts as $0');
    expect(await answer(bench, 'spend 24h')).toContain('in the last 24 hours');
  });

  test('of one key is by day and model, beside the period before', async () => {
    const bench = await benchOf(['prod-api']);
    bench.provider.use = [
      { keyId: 'apikey_0', at: NOW - HOUR_MS, tokens: 30_000_000, model: 'big' },
      { keyId: 'apikey_0', at: NOW - 9 * DAY_MS, tokens: 10_000_000, model: 'small' },
      { keyId: 'apikey_0', at: NOW - 20 * DAY_MS, tokens: 1, model: 'small' },
    ];
    await pollUsage(bench.deps, bench.provider.port);
    const text = await answer(bench, 'spend prod-api 7d');
    expect(text).toContain('prod-api: $30 in 7 days');
    expect(text).toContain('3 times as much as in the 7 days before ($10).');
    expect(text).toContain('big · $30 · 100 %');
    expect(text).toContain('████████████');
  });
});

describe('the acts', () => {
  test.each(['suspend', 'revoke'])('%s opens the modal of the button and does what it does', async (kind) => {
    const bench = await benchOf(['staging-ci']);
    expect(await answer(bench, `${kind} staging-ci`)).toBe('(a modal)');
    await bench.submit({ reason: 'it leaked' });
    await runToTheEnd(bench);
    expect(bench.provider.effects).toEqual([`${kind} apikey_0`]);
  });
});

describe('suspending a scope', () => {
  async function kitchen(): Promise<CommandBench> {
    const bench = await benchOf(['staging-ci', 'prod-api']);
    bench.provider.put(
      fakeKey('apikey_admin', { label: 'terraform', kind: 'admin' }),
      fakeKey('apikey_other', { label: 'garden', scopeId: 'ws_2' }),
    );
    bench.provider.use = [{ keyId: 'apikey_1', at: NOW - 30 * 60_000, tokens: 4_000_000, requests: 12 }];
    await bench.sync();
    await pollUsage(bench.deps, bench.provider.port);
    return bench;
  }

  test('names every key that it hits with its traffic, and what it leaves out', async () => {
    const bench = await kitchen();
    await bench.run('suspend scope kitchen');
    const page = seenView(present(bench.views.at(-1)));
    expect(page).toContain('Suspend 2 keys of Fake AI / Kitchen');
    expect(page).toContain('prod-api · production · nobody · 12 requests and $4.00 in the last hour');
    expect(page).toContain('staging-ci · staging · nobody · quiet in the last hour');
    expect(page).toContain('Not included: terraform, an admin key is never stopped from here.');
    expect(page).not.toContain('garden');
  });

  test('needs its name and a reason, then stops each key by an action of its own', async () => {
    const bench = await kitchen();
    await bench.run('suspend scope Kitchen');
    expect(await bench.submit({ scope_name: 'kitchen' })).toEqual({
      reason: 'Say in a few words why.',
      scope_name: 'This has to be exactly Kitchen.',
    });
    const last = await bench.submit({ scope_name: 'Kitchen', reason: 'a leak' });
    expect(JSON.stringify(last)).toContain('2 of 2 keys are being suspended.');
    await runToTheEnd(bench);
    expect([...bench.provider.effects].sort()).toEqual(['suspend apikey_0', 'suspend apikey_1']);
    expect(verbs(bench).filter((verb) => verb === 'key.suspend.requested')).toHaveLength(2);
  });

  test('asks again when the keys of the scope have changed meanwhile', async () => {
    const bench = await kitchen();
    await bench.run('suspend scope Kitchen');
    bench.provider.put(fakeKey('apikey_new', { label: 'newcomer' }));
    await bench.sync();
    const again = await bench.submit({ scope_name: 'Kitchen', reason: 'a leak' });
    expect(JSON.stringify(again)).toContain('have just changed');
    expect(JSON.stringify(again)).toContain('newcomer');
    expect(await bench.store.read.actions.unfinished()).toEqual([]);
  });

  test('is not for the owner of a key in it', async () => {
    const bench = await kitchen();
    await bench.run('owner staging-ci <@U0BEN>');
    await bench.run('suspend scope Kitchen', PERSON);
    expect(seenView(present(bench.views.at(-1)))).toContain('Nothing was done: only');
  });
});

describe('the history', () => {
  test('says who did what to a key, from what to what, newest first, and pages', async () => {
    const bench = await benchOf(['prod-api', 'staging-ci']);
    for (let cap = 1; cap <= 14; cap += 1) await bench.run(`cap prod-api ${cap}`);
    const text = await answer(bench, 'history prod-api');
    expect(text).toContain('History of prod-api, 15 entries');
    expect(text.split('\n')[1]).toContain('@ana · the cap of prod-api was changed from $13 a month to $14 a month');
    expect(text).toContain('page 1 of 2');
    expect(text).not.toContain('staging-ci');
    expect(seen(present(await bench.run('history prod-api', RESPONDER, 2)))).toContain(
      'prod-api appeared at the provider',
    );
  });

  test('of a key has its rotations, and what was raised for a time', async () => {
    const bench = await benchOf(['prod-api', 'staging-ci']);
    const lineage = present((await bench.store.read.lineages.all()).find(({ slug }) => slug === 'prod-api'));
    const keyId = present((await bench.store.read.keys.ofLineage(lineage.id))[0]).id;
    const base = { actor: { kind: 'slack', userId: RESPONDER, teamId: 'T1' }, keyId, alertId: null } as const;
    await openRotation(bench.deps, { ...base, reason: 'it is old' });
    await bench.store.write((tx) => tx.lineages.update({ ...lineage, capMicroUsd: 100_000_000 }));
    const raise = { cap: 'own', from: 100_000_000, to: 200_000_000, untilAt: NOW + 1, reason: 'launch' } as const;
    await raiseCap(bench.deps, { ...base, ...raise, typedSlug: lineage.slug });
    const [grant] = await bench.store.read.grants.open();
    await prolong(bench.deps, { actor: base.actor, grantId: present(grant).id, untilAt: null });

    const text = await answer(bench, 'history prod-api', PERSON);
    expect(text).toContain('the rotation of prod-api began · “it is old”');
    expect(text).toContain('what was raised for a time on prod-api stays for good');
    expect(await answer(bench, 'history staging-ci')).not.toContain('rotation');
  });

  test('keeps what is about rights and settings for admins', async () => {
    const bench = await benchOf(['prod-api']);
    const actor = { kind: 'cli', user: 'root' } as const;
    await bench.store.write((tx) => tx.audit.append({ at: NOW, actor, verb: 'policy.changed', subject: 'policy' }));
    expect(await answer(bench, 'history', PERSON)).not.toContain('policy');
    expect(await answer(bench, 'history', ADMIN)).toContain('policy changed');
  });
});
