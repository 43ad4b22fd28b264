import { describe, expect, test } from 'vitest';
import type { Alert, AlertState } from '../../../src/domain/alert.ts';
import { AppError } from '../../../src/domain/errors.ts';
import { MINUTE_MS, SECOND_MS } from '../../../src/domain/time.ts';
import type { Page, PageKind, Webhook } from '../../../src/ports/webhook.ts';
import { enqueuePages, isDue } from '../../../src/services/alerts/pages.ts';
import { sendDuePages } from '../../../src/services/alerts/send-pages.ts';
import type { Deps } from '../../../src/services/deps.ts';
import { listReview } from '../../../src/services/review/list-review.ts';
import { readDeliveries } from '../../../src/services/status/read-deliveries.ts';
import { type Bench, noOutlets, openBench, present } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';
import { alertOn } from '../../support/findings.ts';

interface Paging {
  readonly bench: Bench;
  readonly deps: Deps;
  readonly alert: Alert;
  /** `<webhook> <kind> <state>`. */
  readonly sent: string[];
  readonly pages: Page[];
  /** What the next sends to this webhook throw. */
  readonly faults: Map<string, unknown[]>;
  enqueue(kind: PageKind): Promise<void>;
  become(state: AlertState): Promise<void>;
  send(): Promise<void>;
}

async function openPaging(ids: readonly string[] = ['pagerduty']): Promise<Paging> {
  const bench = openBench();
  bench.provider.put(fakeKey('key_1', { label: 'staging-ci' }));
  await bench.sync();
  const alert = await alertOn(bench, 'key_1');
  const sent: string[] = [];
  const pages: Page[] = [];
  const faults = new Map<string, unknown[]>();
  const webhook = (id: string): Webhook => ({
    id,
    title: id,
    host: `${id}.example`,
    async send(page) {
      // The read connection refuses inside a transaction: nobody may be called there.
      void bench.store.read;
      const fault = faults.get(id)?.shift();
      if (fault !== undefined) throw fault;
      sent.push(`${id} ${page.kind} ${page.alert.state}`);
      pages.push(page);
    },
  });
  const messageUrl: Deps['outlets']['messageUrl'] = ({ channel, ts }) => `https://slack/${channel}/${ts}`;
  const deps: Deps = { ...bench.deps, outlets: { ...noOutlets, messageUrl, webhooks: ids.map(webhook) } };
  return {
    bench,
    deps,
    alert,
    sent,
    pages,
    faults,
    enqueue: (kind) => bench.store.write((tx) => enqueuePages({ deps, tx }, alert, kind)),
    async become(state) {
      const now = present(await bench.store.read.alerts.get(alert.id));
      await bench.store.write((tx) => tx.alerts.update({ ...now, state }));
    },
    send: () => sendDuePages(deps),
  };
}

const DOWN = new AppError({ code: 'webhook_unavailable', message: 'down', publicMessage: 'It is down.' });
const REFUSED = new AppError({
  code: 'webhook_rejected',
  message: 'no',
  publicMessage: 'It refused it. Check the key.',
});

describe('pages', () => {
  test('follow an alert through its life, to every webhook', async () => {
    const paging = await openPaging(['pagerduty', 'webhook']);
    await paging.enqueue('trigger');
    await paging.send();
    await paging.become('acknowledged');
    await paging.enqueue('acknowledge');
    await paging.send();
    await paging.enqueue('note');
    await paging.send();
    await paging.become('resolved');
    await paging.enqueue('resolve');
    await paging.send();

    for (const id of ['pagerduty', 'webhook']) {
      expect(paging.sent.filter((line) => line.startsWith(`${id} `))).toEqual([
        `${id} trigger open`,
        `${id} acknowledge acknowledged`,
        `${id} note acknowledged`,
        `${id} resolve resolved`,
      ]);
    }
  });

  test('without a webhook are not even rows', async () => {
    const paging = await openPaging([]);
    const before = paging.bench.outbox();
    await paging.enqueue('trigger');
    expect(paging.bench.outbox()).toEqual(before);
  });

  test('say which key, how much and where, in plain words', async () => {
    const paging = await openPaging();
    const message = { kind: 'alert', subjectId: paging.alert.id, channel: 'C1', ts: '1.2', renderedHash: '' };
    await paging.bench.store.write((tx) => tx.messages.put({ ...message, postedAt: 0, updatedAt: 0 }));
    await paging.enqueue('trigger');
    await paging.send();

    const [page] = paging.pages;
    expect(page?.alert).toMatchObject({ id: paging.alert.id, name: 'KS-1', isTest: false });
    expect(page?.alert.headline).toMatch(/^staging-ci is [^<>]+\.$/);
    expect(page?.key).toMatchObject({ name: 'staging-ci', provider: 'Fake AI' });
    expect(page?.messageUrl).toBe('https://slack/C1/1.2');
  });

  test('that were never sent before the alert ended are not sent, and neither is the end', async () => {
    const paging = await openPaging();
    await paging.enqueue('trigger');
    await paging.become('resolved');
    await paging.enqueue('resolve');
    await paging.send();

    expect(paging.sent).toEqual([]);
    expect(paging.bench.outbox().filter((line) => line.startsWith('page_'))).toEqual([
      `page_trigger pagerduty/${paging.alert.id} dismissed`,
      `page_resolve pagerduty/${paging.alert.id} dismissed`,
    ]);
  });

  test('wake nobody for an alert that somebody has taken on meanwhile', async () => {
    const paging = await openPaging();
    await paging.enqueue('trigger');
    await paging.become('acknowledged');
    await paging.enqueue('acknowledge');
    await paging.send();
    expect(paging.sent).toEqual([]);
  });

  test('do not end what has opened again, and open it anew after it was ended', async () => {
    const paging = await openPaging();
    await paging.enqueue('trigger');
    await paging.send();
    await paging.enqueue('resolve');
    await paging.send();
    expect(paging.sent).toEqual(['pagerduty trigger open']);

    await paging.become('resolved');
    await paging.enqueue('resolve');
    await paging.send();
    await paging.enqueue('resolve');
    await paging.send();
    await paging.become('open');
    await paging.enqueue('trigger');
    await paging.send();
    expect(paging.sent).toEqual(['pagerduty trigger open', 'pagerduty resolve resolved', 'pagerduty trigger open']);
  });

  test('wait where a webhook is down, in order, with growing pauses, and go out once', async () => {
    const paging = await openPaging();
    paging.faults.set('pagerduty', [DOWN, DOWN]);
    await paging.enqueue('trigger');
    await paging.send();
    const { clock, store } = paging.bench;
    expect(await store.read.outbox.nextDueAt('pages')).toBe(clock.now() + 5 * SECOND_MS);
    expect((await readDeliveries(paging.deps)).outlets[0]).toMatchObject({
      failingSince: clock.now(),
      problem: 'It is down.',
    });
    clock.jumpTo(clock.now() + 5 * SECOND_MS);
    await paging.send();
    expect(await store.read.outbox.nextDueAt('pages')).toBe(clock.now() + 10 * SECOND_MS);
    clock.jumpTo(clock.now() + MINUTE_MS);
    await paging.send();

    expect(paging.sent).toEqual(['pagerduty trigger open']);
    expect((await readDeliveries(paging.deps)).outlets[0]).toMatchObject({ failingSince: null, sentAt: clock.now() });
  });

  test('wait as long as they are asked to', async () => {
    const paging = await openPaging();
    const retryAfterMs = 37 * SECOND_MS;
    paging.faults.set('pagerduty', [
      new AppError({ code: 'webhook_unavailable', message: '', publicMessage: '', retryAfterMs }),
    ]);
    await paging.enqueue('trigger');
    await paging.send();
    expect(await paging.bench.store.read.outbox.nextDueAt('pages')).toBe(paging.bench.clock.now() + retryAfterMs);
  });

  test('that are refused are dead letters with a sentence, for review like any message', async () => {
    const paging = await openPaging();
    paging.faults.set('pagerduty', [REFUSED]);
    await paging.enqueue('trigger');
    await paging.send();

    const { messages } = await listReview({ store: paging.bench.store });
    expect(messages).toMatchObject([
      { about: 'the page (trigger) to pagerduty about alert KS-1 about staging-ci', problem: REFUSED.publicMessage },
    ]);
    await paging.become('resolved');
    await paging.enqueue('resolve');
    await paging.send();
    expect(paging.sent).toEqual([]);
  });

  test('to a webhook that is not configured any more are given up with a sentence', async () => {
    const paging = await openPaging();
    await paging.enqueue('trigger');
    await sendDuePages({ ...paging.deps, outlets: noOutlets });
    expect((await paging.bench.store.read.outbox.dead())[0]?.problem).toContain('not configured any more');
  });

  test('of one webhook do not wait for another, nor for Slack', async () => {
    const paging = await openPaging(['pagerduty', 'webhook']);
    paging.faults.set('pagerduty', [DOWN]);
    await paging.enqueue('trigger');
    await paging.send();
    expect(paging.sent).toEqual(['webhook trigger open']);
    // The alert's own message has not gone out, and nothing of it was touched.
    expect(paging.bench.outbox()[0]).toBe(`alert ${paging.alert.id} pending`);
    expect(
      (await paging.bench.store.read.outbox.due(paging.bench.clock.now(), 9)).map(({ kind }) => kind),
    ).not.toContain('page_trigger');
  });

  test('that a crash left half sent go out again under the same id', async () => {
    const paging = await openPaging();
    await paging.enqueue('trigger');
    const { store, clock } = paging.bench;
    const row = present((await store.read.outbox.due(clock.now(), 1, 'pages'))[0]);
    await store.write((tx) => tx.outbox.update({ ...row, state: 'sending', attempts: 1 }));
    await paging.send();
    expect(paging.pages.map(({ id }) => id)).toEqual([row.id]);
  });
});

test.each<[PageKind, PageKind | null, readonly AlertState[]]>([
  ['trigger', null, ['open']],
  ['trigger', 'trigger', ['open']],
  ['trigger', 'resolve', ['open']],
  ['acknowledge', null, []],
  ['acknowledge', 'trigger', ['acknowledged', 'contained']],
  ['acknowledge', 'resolve', []],
  ['resolve', null, []],
  ['resolve', 'trigger', ['contained', 'resolved']],
  ['resolve', 'acknowledge', ['contained', 'resolved']],
  ['resolve', 'resolve', []],
  ['note', null, []],
  ['note', 'acknowledge', ['open', 'acknowledged', 'contained']],
  ['note', 'resolve', []],
])('%s after %s is due when the alert is %j', (kind, told, states) => {
  const all: readonly AlertState[] = ['open', 'acknowledged', 'contained', 'resolved'];
  expect(all.filter((state) => isDue(kind, state, told))).toEqual(states);
});
