import type { View } from '@slack/types';
import fc from 'fast-check';
import type { Departure, DepartureKey } from '../../../src/domain/departure.ts';
import type { Key } from '../../../src/domain/key.ts';
import { HOUR_MS } from '../../../src/domain/time.ts';
import { startByHand } from '../../../src/services/campaigns/start-campaign.ts';
import { sendDigest } from '../../../src/services/digest/send-digest.ts';
import { listAllKeys } from '../../../src/services/inventory/list-keys.ts';
import { leadAudit } from '../../../src/services/key-audits/lead-audit.ts';
import { readCapRow } from '../../../src/services/limits/read-cap-rows.ts';
import { readDueLimits } from '../../../src/services/limits/read-limits.ts';
import { claimLineage } from '../../../src/services/owners/claims.ts';
import { addConsumers } from '../../../src/services/rotation/consumers.ts';
import { openRotation } from '../../../src/services/rotation/open-rotation.ts';
import type { ImportPlan } from '../../../src/services/sheets/import-plan.ts';
import { cardsOf } from '../../../src/services/stale/describe-stale.ts';
import { pollUsage } from '../../../src/services/usage/poll-usage.ts';
import { interactions } from '../../../src/slack/actions/index.ts';
import { encodeActionButton, encodeApproval, encodeButton } from '../../../src/slack/button-value.ts';
import { encodeCampaignButton } from '../../../src/slack/campaign-button.ts';
import { digestButton } from '../../../src/slack/digest-button.ts';
import { encodeKeyAuditButton } from '../../../src/slack/key-audit-button.ts';
import { ownerAnswer } from '../../../src/slack/owner-answer.ts';
import { buttonOf, encodeRotationButton } from '../../../src/slack/rotation-button.ts';
import { pickKeyModal } from '../../../src/slack/views/campaign-modals.ts';
import { ownCapModal } from '../../../src/slack/views/cap-list.ts';
import { CONFIRM_CLAIM, claimButton, DECLINE_CLAIM } from '../../../src/slack/views/claim.ts';
import { departureButton } from '../../../src/slack/views/departure.ts';
import { previewModal } from '../../../src/slack/views/import-modals.ts';
import { askAllButton, askButton } from '../../../src/slack/views/owner-ask.ts';
import { bulkModal, proposeModal } from '../../../src/slack/views/stale-modals.ts';
import { present } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';
import { alertOn } from '../../support/findings.ts';
import { EXTRAS, SERVICE_ACCOUNT } from '../../support/limits.ts';
import { actionOf, limitsOf } from '../../support/records.ts';
import { LOCALE, NOW } from './cards.ts';
import { ADMIN, type CommandBench, openCommandBench, PERSON, RESPONDER } from './command-bench.ts';
import { NASTY_LABELS, nastyText } from './nasty.ts';

/** `FAST_CHECK_RUNS=100000 npx vitest run …` for the long run. */
export const FUZZ_RUNS = Number(process.env['FAST_CHECK_RUNS'] ?? 10_000);
// Tens of milliseconds a run, on a machine that does other things as well.
export const FUZZ_TIMEOUT_MS = 120_000 + FUZZ_RUNS * 20;

export interface Forgery {
  readonly bench: CommandBench;
  /** What the buttons carry that Keysteward itself made: every id and every kind of value. */
  readonly values: readonly string[];
  /** Each modal as it was opened. */
  readonly dialogs: readonly View[];
  /** Ids that exist: a value without any of them has no power, whoever sends it. */
  readonly ids: readonly string[];
}

/** An installation with something of everything that a button or a dialog can be about. */
export async function openForgery(): Promise<Forgery> {
  const bench = openCommandBench({ extras: EXTRAS });
  const { deps, provider } = bench;
  provider.put(
    fakeKey('apikey_1', { label: 'staging-ci', owner: SERVICE_ACCOUNT }),
    fakeKey('apikey_2', { label: 'prod-api' }),
    fakeKey('apikey_3', { label: 'dev-web' }),
    fakeKey('apikey_admin', { label: 'terraform', kind: 'admin', scopeId: null }),
  );
  provider.limits.set('ws_1', limitsOf());
  await bench.sync();
  await readDueLimits(deps);
  provider.use = [{ keyId: 'apikey_1', at: NOW - HOUR_MS, tokens: 1_000_000, model: 'fake-1' }];
  await pollUsage(deps, provider.port);
  const alert = present(await alertOn(bench, 'apikey_1'));
  const [first, second, third] = [
    await bench.keyOf('apikey_1'),
    await bench.keyOf('apikey_2'),
    await bench.keyOf('apikey_3'),
  ];
  const actor = { kind: 'slack', userId: RESPONDER, teamId: 'T1' } as const;
  const { rotation } = await openRotation(deps, { actor, keyId: third.id, alertId: null, reason: 'it leaked' });
  await claimLineage(deps, { actor: { ...actor, userId: PERSON }, lineageId: second.lineageId });
  const hanging = actionOf({ id: 'act_hanging', keyId: third.id, requestedBy: `slack:T1/${RESPONDER}` });
  await bench.store.write((tx) => tx.actions.insert(hanging));
  const keys = [first, second, third].map(({ id: keyId, generation }) => ({ alertId: alert.id, keyId, generation }));
  const buttons = [...keys, ...keys.map((key) => ({ ...key, alertId: null }))].map(encodeButton);

  await bench.click('key_revoke', buttons[1] ?? '', RESPONDER);
  await bench.submit({ reason: 'it leaked', slug: 'prod-api' }, RESPONDER);
  const approval = present((await bench.store.read.approvals.waiting())[0]);
  const notices = bench.raw().prepare<[], { id: string }>('SELECT id FROM notices').all();
  const values = [
    ...buttons,
    encodeApproval(approval.id),
    encodeActionButton({ actionId: 'act_hanging' }),
    ...notices.map(({ id }) => claimButton.encode({ n: id })),
    ownerAnswer.encode({ a: alert.id, e: 'event_1' }),
    ...[null, ...rotation.steps.map(({ name }) => name)].map((step) => encodeRotationButton(buttonOf(rotation, step))),
    ...['show prod-api', 'list', 'stale 1', 'history', 'edit dev-web'].map(commandValue),
  ];
  // A drill can be made anywhere, and somebody waits for it.
  await bench.store.write(async (tx) => {
    await tx.rotations.update({ ...rotation, kind: 'drill' });
    await addConsumers({ deps, tx }, rotation, [{ consumer: 'api', hook: null }]);
  });
  const campaign = await startByHand(deps, actor, { environment: 'development', filter: '' });
  const campaignValue = encodeCampaignButton({ campaignId: campaign.id, owner: null });
  values.push(campaignValue);
  const { audit } = await leadAudit(deps, actor);
  values.push(...[null, audit.steps[0]?.step ?? null].map((step) => encodeKeyAuditButton({ auditId: audit.id, step })));
  await sendDigest(deps);
  values.push(digestButton.encode({ w: present(await bench.store.read.digests.newestWeek()) }));
  const [member] = await bench.store.read.campaigns.members(campaign.id);
  const [summary] = await listAllKeys(deps);
  const [staleCard] = await cardsOf(deps, ({ key }) => key.id === second.id);
  const row = await readCapRow(deps, present(summary));
  bench.views.push(
    proposeModal({ ...present(staleCard), record: null }, LOCALE),
    bulkModal([present(staleCard)], { days: 30, now: NOW }, LOCALE),
    pickKeyModal(campaignValue, [{ member: { ...present(member), rotationId: rotation.id }, rotation }]),
    ownCapModal({ row, where: 'here', buttonValue: present(keys[0]) }, LOCALE),
  );
  const question = { lineageId: third.lineageId, userId: ADMIN, askId: 'ask_1', evidence: [], askedBy: null };
  await bench.store.write((tx) =>
    tx.ownerQuestions.insert({ ...question, askAt: NOW, answer: null, answeredAt: null }),
  );
  values.push(askButton.encode({ l: third.lineageId }), askAllButton.encode({ i: 'ask_1' }));
  await putDeparture(bench, { owned: second, read: first });
  values.push(departureButton.encode({ d: 'gone_1' }));
  const dialogs = await dialogsOf(bench, values);
  const ids = [
    audit.id,
    alert.id,
    rotation.id,
    campaign.id,
    approval.id,
    'act_hanging',
    'ask_1',
    'gone_1',
    ...notices.map(({ id }) => id),
    'ws_1',
  ];
  for (const { id, lineageId } of [first, second, third]) ids.push(id, lineageId);
  return { bench, values, dialogs, ids };
}

/** Somebody has left who owned a quiet key and could read one that is used. */
async function putDeparture({ store }: CommandBench, { owned, read }: Record<'owned' | 'read', Key>): Promise<void> {
  const departure: Departure = {
    id: 'gone_1',
    person: 'U0DEE',
    userId: 'U0DEE',
    name: 'Dee',
    email: null,
    cause: 'slack',
    beganAt: NOW,
    beganBy: 'system:find-leavers',
    returnedAt: null,
    closedAt: null,
  };
  const rest = { departureId: departure.id, outcome: null, settledBy: null, settledAt: null };
  const rows: readonly DepartureKey[] = [
    { ...rest, keyId: owned.id, lineageId: owned.lineageId, tie: 'owned' },
    { ...rest, keyId: read.id, lineageId: read.lineageId, tie: 'read' },
  ];
  await store.write((tx) => tx.departures.insert(departure, rows));
}

function commandValue(line: string): string {
  const [c, ...rest] = line.split(' ');
  return JSON.stringify({ v: 1, c, a: rest.join(' '), p: 1 });
}

/** A sheet that registers one key. */
const PLAN: ImportPlan = {
  edits: [],
  keyEdits: [],
  added: [{ slug: 'a', provider: 'b', label: 'a', hint: null, createdAt: null, status: 'active', facts: {} }],
  unchanged: 0,
  ignored: [],
};

/** Presses what opens modals, as somebody who may everything, and keeps one of each that has a form. */
async function dialogsOf(bench: CommandBench, values: readonly string[]): Promise<readonly View[]> {
  for (const { kind, id } of interactions) {
    const changes =
      /^(alert_(ack|confirm|not|end)|approval|action_cancel|claim|owner|ask_(mine|not)|departure_close|rotation_(done|undo)|key_audit_(done|reopen))/.test(
        id,
      );
    if (kind !== 'button' || changes || id === CONFIRM_CLAIM || id === DECLINE_CLAIM) continue;
    for (const value of values) await bench.click(id, value, ADMIN).catch(() => null);
  }
  await bench.run('edit dev-web', ADMIN);
  await bench.run('suspend scope ws_1', ADMIN);
  await bench.run('register', ADMIN);
  await bench.run('import', ADMIN);
  await bench.run('rotate drill', ADMIN);
  await bench.run('rotate campaign', ADMIN);
  await bench.run(`offboard <@${PERSON}>`, ADMIN);
  bench.views.push(previewModal(PLAN, { metadata: JSON.stringify({ file: 'F1', print: 'x' }) }));
  const byForm = new Map<string, View>();
  for (const view of bench.views) if (view.callback_id) byForm.set(view.callback_id, view);
  bench.views.length = 0;
  return [...byForm.values()];
}

const scalar: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(
    null,
    true,
    -1,
    0,
    1,
    2,
    1e9,
    Number.MAX_SAFE_INTEGER,
    1.5,
    '',
    '__proto__',
    'own',
    'revoke',
    'cancel',
  ),
  nastyText,
  fc.array(fc.string(), { maxLength: 2 }),
  fc.record({ v: fc.integer() }),
);

/** A JSON text with one thing in it changed, left out or added. */
function mutated(text: string): fc.Arbitrary<string> {
  const fields = Object.keys(JSON.parse(text) as object);
  const change = fc.record({ field: fc.constantFrom(...fields, 'extra', 'v'), value: scalar, drop: fc.boolean() });
  const changed = fc.array(change, { minLength: 1, maxLength: 2 }).map((changes) => {
    const copy = JSON.parse(text) as Record<string, unknown>;
    for (const { field, value, drop } of changes) {
      if (drop) delete copy[field];
      else copy[field] = value;
    }
    return JSON.stringify(copy);
  });
  return fc.oneof(
    changed,
    fc.integer({ min: 0, max: text.length }).map((end) => text.slice(0, end)),
  );
}

/** A value as it was made, one that was tampered with, or one out of thin air. */
export function forgedFrom(genuine: readonly string[]): fc.Arbitrary<string> {
  const texts = fc.constantFrom(...genuine);
  const record = fc.record({
    v: fc.constant(1),
    a: fc.option(fc.string()),
    k: fc.string(),
    g: fc.integer(),
    i: fc.string(),
  });
  return fc.oneof(
    { weight: 3, arbitrary: texts },
    { weight: 4, arbitrary: texts.chain(mutated) },
    { weight: 1, arbitrary: nastyText },
    {
      weight: 1,
      arbitrary: fc.oneof(
        fc.json(),
        record.map((one) => JSON.stringify(one)),
      ),
    },
  );
}

/** Which field tells what a button's value is about. */
const SUBJECT: readonly [ids: RegExp, field: string][] = [
  [/^(approval|action)_/, 'i'],
  [/^claim_/, 'n'],
  [/^owner_/, 'e'],
  [/^rotation_/, 'r'],
  [/^command_/, 'c'],
];

/** Mostly values of the kind that this button reads. */
export function forgedFor(buttonId: string, genuine: readonly string[]): fc.Arbitrary<string> {
  const field = SUBJECT.find(([ids]) => ids.test(buttonId))?.[1] ?? 'k';
  const own = genuine.filter((text) => field in (JSON.parse(text) as object));
  return fc.oneof({ weight: 4, arbitrary: forgedFrom(own) }, { weight: 1, arbitrary: forgedFrom(genuine) });
}

/** First those who may do nothing: later somebody may have made one of them an owner. */
export const PEOPLE: readonly { readonly ids: readonly string[]; readonly mayAct: readonly string[] }[] = [
  { ids: [PERSON, 'U0GUEST', 'U0NOBODY', ''], mayAct: [] },
  { ids: [PERSON, RESPONDER, ADMIN, 'U0GUEST', 'U0NOBODY', ''], mayAct: [PERSON, RESPONDER, ADMIN] },
];

/** What stands in a form: what it asks for, what it does not take, and nothing at all. */
export const typed: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('', ' ', 'prod-api', 'staging-ci', 'dev-web', 'ws_1', 'Default', '5', '1,000', '-5', '€200', '1e9'),
  fc.constantFrom('none', 'U0BEN', 'U0NOBODY', 'own', 'scope', 'deny', 'allow', 'fake-1', '1h', 'month', 'not_listed'),
  fc.constantFrom('alone', 'public', 'production', 'it leaked', '\u0000', '9'.repeat(40), ...NASTY_LABELS),
  nastyText,
);
