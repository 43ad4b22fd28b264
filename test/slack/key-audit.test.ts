import { describe, expect, test } from 'vitest';
import { DAY_MS } from '../../src/domain/time.ts';
import { renderText } from '../../src/sandbox/slack/index.ts';
import { leadAudit } from '../../src/services/key-audits/lead-audit.ts';
import { present } from '../support/bench-deps.ts';
import { fakeKey } from '../support/fake-provider.ts';
import { ADA } from '../support/requests.ts';
import { type Running, startRunning } from './support/running.ts';

const CHANNEL = 'ai-keys';
const STEPS = ['inventory', 'stale', 'prefixes', 'scope', 'caps', 'rotation', 'alerts'] as const;

describe('the audit of all keys', () => {
  test('is a thread that grows with each step, counts anew when somebody comes back, and ends with a report', async () => {
    const running = await withKeys();
    const chris = running.slack.person('U0CHRIS');
    await chris.command('/keys audit', CHANNEL);
    await running.settled();
    await running.drain();
    expect(await replies(running)).toHaveLength(1);
    expect(await rootText(running)).toContain('Key audit: Inventory is next');
    expect((await replies(running))[0]).toContain('5 working keys · 1 connection · 5 without an owner');

    await press(running, 'inventory', 'aside_1');
    expect(ephemerals(running, 'U0CHRIS').at(-1)).toContain('staging-ci');
    await running.store.write(async (tx) => {
      const [first] = await tx.lineages.all();
      if (first !== undefined)
        await tx.lineages.update({ ...first, ownerSlackId: 'U0ANA', ownerStanding: 'confirmed' });
    });
    await chris.command('/keys audit', CHANNEL);
    await running.settled();
    await running.drain();
    expect(ephemerals(running, 'U0CHRIS').at(-1)).toContain('goes on');
    expect(await replies(running)).toHaveLength(1);
    expect((await replies(running))[0]).toContain('4 without an owner (5 at first)');

    for (const step of STEPS) await press(running, step, 'key_audit_done');
    expect(await replies(running)).toHaveLength(STEPS.length + 1);
    expect(await rootText(running)).toContain('Key audit: done in');
    expect((await replies(running)).at(-1)).toContain('Report of the key audit');
    expect((await replies(running)).at(-1)).toContain('4 left as they were');
    expect(running.audit().filter(({ verb }) => verb === 'key_audit.step_done')).toHaveLength(STEPS.length);
    expect(running.audit().filter(({ verb }) => verb === 'key_audit.done')).toHaveLength(1);
  });

  test('takes one step once however many click, leaves one out with a reason, and answers the three questions as a sheet', async () => {
    const running = await withKeys();
    const ana = running.slack.person('U0ANA');
    const chris = running.slack.person('U0CHRIS');
    const { audit } = await leadAudit(running.deps, ADA);
    await running.drain();
    const done = { channel: CHANNEL, ts: await stepAt(running, 'inventory'), actionId: 'key_audit_done' };
    await Promise.all([ana.click(done), ana.click(done), chris.click(done)]);
    await running.settled();
    await running.drain();
    expect(running.audit().filter(({ verb }) => verb === 'key_audit.step_done')).toHaveLength(1);

    await ana.click({ channel: CHANNEL, ts: await stepAt(running, 'stale'), actionId: 'key_audit_skip' });
    await running.settled();
    await ana.submit(ana.views.at(-1)?.id ?? '', { reason: { value: 'was done last week' } });
    await running.settled();
    await running.drain();
    expect((await replies(running))[1]).toContain('skipped by @ana');
    expect((await replies(running))[1]).toContain('was done last week');

    await chris.click({ channel: CHANNEL, ts: await rootTs(running), actionId: 'key_audit_end' });
    await running.settled();
    await chris.submit(chris.views.at(-1)?.id ?? '', { reason: { value: 'the company moves' } });
    await running.settled();
    await running.drain();
    expect(await rootText(running)).toContain('ended after');
    expect(await running.store.read.keyAudits.get(audit.id)).toMatchObject({ state: 'ended' });

    await chris.click({ channel: CHANNEL, ts: await rootTs(running), actionId: 'key_audit_sheet' });
    await running.settled();
    const sent = present(chris.directMessages().at(-1));
    const file = present(running.slack.workspace.files.get(present(sent.fileIds?.[0])));
    const sheet = Buffer.from(present(file.bytes)).toString();
    expect(sheet).toContain('Who would notice');
    expect(sheet.split('\n').filter((line) => /#ai-keys.*,\d+,/.test(line))).toHaveLength(5);

    await ana.click({ channel: CHANNEL, ts: await rootTs(running), actionId: 'key_audit_sheet' });
    await running.settled();
    expect(ephemerals(running, 'U0ANA').at(-1)).toContain('only an admin may export the keys of others');
  });
});

async function withKeys(): Promise<Running> {
  const running = await startRunning();
  const createdAt = running.clock.now() - 60 * DAY_MS;
  for (const [index, label] of ['staging-ci', 'prod-api', 'notebooks'].entries()) {
    running.provider.put(fakeKey(`key_${index}`, { label, createdAt }));
  }
  await running.sync();
  return running;
}

async function press(running: Running, step: string, actionId: string): Promise<void> {
  const ts = await stepAt(running, step);
  await running.slack.person('U0CHRIS').click({ channel: CHANNEL, ts, actionId });
  await running.settled();
  await running.drain();
}

async function stepAt(running: Running, step: string): Promise<string> {
  const audit = await latest(running);
  return (await running.store.read.messages.get('key_audit_step', `${audit}:${step}`))?.ts ?? '';
}

async function rootTs(running: Running): Promise<string> {
  return (await running.store.read.messages.get('key_audit', await latest(running)))?.ts ?? '';
}

async function latest({ store }: Running): Promise<string> {
  const { keyAudits } = store.read;
  return ((await keyAudits.open()) ?? (await keyAudits.closed(1))[0])?.id ?? '';
}

async function replies(running: Running): Promise<readonly string[]> {
  return (await threadOf(running)).slice(1);
}

async function rootText(running: Running): Promise<string> {
  return (await threadOf(running))[0] ?? '';
}

async function threadOf(running: Running): Promise<readonly string[]> {
  const thread = running.slack.person('U0ANA').thread(CHANNEL, await rootTs(running));
  return thread.map((message) => renderText(message, running.slack.workspace));
}

function ephemerals(running: Running, userId: string): readonly string[] {
  return running.slack
    .person(userId)
    .visibleMessages(CHANNEL)
    .filter(({ ephemeralTo }) => ephemeralTo === userId)
    .map((message) => renderText(message, running.slack.workspace));
}
