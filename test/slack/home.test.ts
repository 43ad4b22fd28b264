import type { WebClient } from '@slack/web-api';
import { describe, expect, test } from 'vitest';
import { HOUR_MS, SECOND_MS } from '../../src/domain/time.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { renderView } from '../../src/sandbox/slack/index.ts';
import { claimLineage } from '../../src/services/owners/claims.ts';
import { HomeTabs } from '../../src/slack/home-tabs.ts';
import { later, present } from '../support/bench-deps.ts';
import { fakeKey } from '../support/fake-provider.ts';
import { LOCALE } from './support/cards.ts';
import { type Running, type RunningOptions, startRunning } from './support/running.ts';

async function opened(userId: string, options: RunningOptions = {}): Promise<Running> {
  const running = await startRunning(options);
  await open(running, userId);
  return running;
}

async function open(running: Running, userId: string): Promise<void> {
  await running.slack.person(userId).openHome();
  await running.settled();
}

function shown({ slack }: Running, userId: string): string {
  return renderView(present(slack.person(userId).home), slack.workspace);
}

function published({ slack }: Running): number {
  return slack.calls.filter(({ method, ok }) => method === 'views.publish' && ok).length;
}

/** Home tabs of another process; what happens while a round publishes somebody's. */
function tabsOf({ deps, bolt }: Running, meanwhile: (userId: string) => Promise<void> = async () => {}): HomeTabs {
  const locale = { ...LOCALE, workspaceUrl: bolt.identity.workspaceUrl };
  const publish: WebClient['views']['publish'] = async (args) => {
    await meanwhile(String(args.user_id));
    return bolt.bulk.views.publish(args);
  };
  const bulk = { views: { publish } } as unknown as WebClient;
  return new HomeTabs({ deps, identity: bolt.identity, locale, client: bolt.client, bulk });
}

function page({ slack }: Running, userId: string): string {
  return renderView(present(slack.person(userId).views.at(-1)), slack.workspace);
}

describe('app_home_opened', () => {
  test('publishes the tab, and again only when it says something else or is not there', async () => {
    const running = await opened('U0ANA');
    expect(shown(running, 'U0ANA')).toContain('The company in numbers');
    expect(published(running)).toBe(1);

    await open(running, 'U0ANA');
    expect(published(running)).toBe(1);

    await running.bolt.client.views.publish({ user_id: 'U0ANA', view: { type: 'home', blocks: [] } });
    await open(running, 'U0ANA');
    expect(published(running)).toBe(3);
    expect(shown(running, 'U0ANA')).toContain('The company in numbers');
  });

  test('gives guests, people who left and people whom policy leaves out a sentence and no data', async () => {
    const running = await opened('U0GIL', { roles: '{ admins: [U0CHRIS], viewers: [U0ANA] }' });
    await open(running, 'U0BEN');

    expect(shown(running, 'U0GIL')).toBe('Keysteward answers active full members of this workspace only.');
    expect(shown(running, 'U0BEN')).toBe('Only the people that policy.yml names under roles may look.');
  });

  test('of another app or workspace is not followed', async () => {
    const running = await startRunning();
    const { app } = running.bolt;
    const envelope = { type: 'event_callback', event: { type: 'app_home_opened', user: 'U0ANA', tab: 'home' } };
    for (const [index, origin] of [
      { team_id: 'T0OTHER', api_app_id: 'A0KEYSTEWARD' },
      { team_id: 'T0ACME', api_app_id: 'A0OTHER' },
    ].entries()) {
      await app.processEvent({ ack: async () => {}, body: { ...envelope, ...origin, event_id: `Ev${index}` } });
    }
    await running.settled();

    expect(published(running)).toBe(0);
  });

  test('says that the person could not be looked up rather than leave old data there', async () => {
    const running = await opened('U0ANA');
    running.slack.faults.add('users.info', { kind: 'error', error: 'fatal_error' });

    await open(running, 'U0ANA');

    expect(shown(running, 'U0ANA')).toContain('could not be looked up');
  });
});

describe('a change', () => {
  test('is published once, to those who looked lately, and not within seconds of the last', async () => {
    const running = await opened('U0ANA');
    later(running, 10 * SECOND_MS);
    await running.leak();
    await running.home.publishChanged();
    expect(shown(running, 'U0ANA')).toContain('560x its usual hour');
    expect(published(running)).toBe(2);

    running.provider.put(fakeKey('apikey_9', { label: 'newcomer' }));
    await running.sync();
    await running.home.publishChanged();
    expect(published(running)).toBe(2);
    const dueAt = present(running.home.nextDueAt());
    expect(dueAt - running.clock.now()).toBeLessThanOrEqual(5 * SECOND_MS);

    running.clock.jumpTo(dueAt);
    await running.home.publishChanged();
    await running.home.publishChanged();
    expect(published(running)).toBe(3);
    expect(shown(running, 'U0ANA')).toContain('3 keys');
  });

  test('says nothing to those who looked hours ago', async () => {
    const running = await opened('U0ANA');
    later(running, 3 * HOUR_MS);
    await running.leak();
    await running.home.publishChanged();

    expect(published(running)).toBe(1);
  });

  test('that Slack did not take comes with the next one, after the pause that it asks for', async () => {
    const running = await opened('U0ANA');
    later(running, 10 * SECOND_MS);
    await running.leak();
    running.slack.faults.add('views.publish', { kind: 'status', status: 429, retryAfterS: 20 });
    await running.home.publishChanged();
    later(running, 10 * SECOND_MS);
    await running.home.publishChanged();
    expect(shown(running, 'U0ANA')).not.toContain('560x');

    later(running, 11 * SECOND_MS);
    await running.home.publishChanged();
    expect(shown(running, 'U0ANA')).toContain('560x');
  });

  test('takes the data from somebody who may not look any more', async () => {
    const running = await opened('U0BEN');
    running.slack.changeUser('U0BEN', { isRestricted: true });
    later(running, 10 * 60 * SECOND_MS);
    await running.home.publishChanged();

    expect(shown(running, 'U0BEN')).toBe('Keysteward answers active full members of this workspace only.');
  });

  test('whose round is under way when the app stops ends with the tab that it is at', async () => {
    const running = await opened('U0ANA');
    await open(running, 'U0BEN');
    const seen: string[] = [];
    const home = tabsOf(running, async (userId) => {
      seen.push(userId);
      home.close();
    });
    later(running, 10 * SECOND_MS);
    await running.leak();

    await home.publishChanged();

    expect(seen).toHaveLength(1);
  });

  test('that was read before somebody opened the tab does not go back behind what they see', async () => {
    const running = await opened('U0ANA');
    await open(running, 'U0BEN');
    const seen: string[] = [];
    const home = tabsOf(running, async (userId) => {
      seen.push(userId);
      // The first tab takes its time; meanwhile the others are opened, and show what has happened since.
      if (seen.length > 1) return;
      await running.leak('apikey_2');
      for (const other of ['U0ANA', 'U0BEN'].filter((one) => one !== userId))
        await home.opened({ userId: other, teamId: 'T0ACME' }, null);
    });
    later(running, 10 * SECOND_MS);
    await running.leak();

    await home.publishChanged();

    expect(seen).toHaveLength(1);
    const [other = ''] = ['U0ANA', 'U0BEN'].filter((one) => !seen.includes(one));
    expect(shown(running, other)).toContain('2 open alerts');
  });

  test('asks anew who may look when the clock was set back', async () => {
    const running = await startRunning();
    let aheadMs = HOUR_MS;
    const clock: Clock = { now: () => running.clock.now() + aheadMs, timer: () => () => {} };
    const home = tabsOf({ ...running, deps: { ...running.deps, clock } });
    await home.opened({ userId: 'U0BEN', teamId: 'T0ACME' }, null);
    running.slack.changeUser('U0BEN', { isRestricted: true });

    aheadMs = 0;
    await home.publishChanged();

    expect(shown(running, 'U0BEN')).toBe('Keysteward answers active full members of this workspace only.');
  });

  test('a restart publishes nothing again that stands there', async () => {
    const running = await opened('U0ANA');
    later(running, 10 * SECOND_MS);
    await tabsOf(running).publishChanged();

    expect(published(running)).toBe(1);
  });
});

describe('a click in the Home tab', () => {
  test('on an alert’s button opens the modal of the alert, and its menu acknowledges', async () => {
    const running = await startRunning();
    await running.leak();
    await open(running, 'U0ANA');
    const ana = running.slack.person('U0ANA');

    await ana.click({ home: true, actionId: 'key_suspend' });
    await running.settled();
    expect(page(running, 'U0ANA')).toContain('Suspend staging-ci');

    await ana.click({ home: true, actionId: 'menu', option: 'Acknowledge' });
    await running.settled();
    later(running, 10 * SECOND_MS);
    await running.home.publishChanged();
    expect(shown(running, 'U0ANA')).not.toContain('560x');
  });

  test('on a quick action answers in a modal, whose pages turn in place', async () => {
    const running = await startRunning();
    running.provider.put(...Array.from({ length: 40 }, (_, i) => fakeKey(`more_${i}`, { label: `more-${i}` })));
    await running.sync();
    await open(running, 'U0ANA');
    const ana = running.slack.person('U0ANA');

    await ana.click({ home: true, blockId: 'home_quick', actionId: 'command_2' });
    await running.settled();
    expect(page(running, 'U0ANA')).toContain('page 1 of 3');
    await ana.click({ viewId: present(ana.views.at(-1)).id, actionId: 'command_0' });
    await running.settled();

    expect(ana.views).toHaveLength(1);
    expect(page(running, 'U0ANA')).toContain('page 2 of 3');
  });

  test('turns the pages of the own keys, and changes keep the page', async () => {
    const running = await startRunning();
    running.provider.put(...Array.from({ length: 25 }, (_, i) => fakeKey(`own_${i}`, { label: `own-${i + 10}` })));
    await running.sync();
    for (const lineage of await running.store.read.lineages.all())
      await running.store.write((tx) => tx.lineages.update({ ...lineage, ownerSlackId: 'U0BEN' }));
    await open(running, 'U0BEN');
    expect(shown(running, 'U0BEN')).toContain('page 1 of 3');

    await running.slack.person('U0BEN').click({ home: true, actionId: 'home_page_next' });
    await running.settled();
    expect(shown(running, 'U0BEN')).toContain('page 2 of 3');

    later(running, 10 * SECOND_MS);
    running.provider.put(fakeKey('other', { label: 'other' }));
    await running.sync();
    await running.home.publishChanged();
    expect(shown(running, 'U0BEN')).toContain('page 2 of 3');
  });

  test('claims several keys at once; a responder confirms them in their own tab', async () => {
    const running = await opened('U0BEN');
    const ben = running.slack.person('U0BEN');
    await ben.click({ home: true, actionId: 'keys_claim' });
    await running.settled();
    const lineages = [(await running.lineageOf('apikey_1')).id, (await running.lineageOf('apikey_2')).id];
    await ben.submit(present(ben.views.at(-1)).id, { keys: { value: lineages } });
    await running.settled();
    expect(page(running, 'U0BEN')).toMatch(/You have claimed .*\n.*You have claimed/);

    await open(running, 'U0ANA');
    await running.slack.person('U0ANA').click({
      ...{ home: true, actionId: 'claim_confirm' },
      blockId: `home_${(await running.store.read.notices.allOpen('claim'))[0]?.id}`,
    });
    await running.settled();
    expect((await running.lineageOf('apikey_1')).ownerStanding).toBe('confirmed');
  });

  test('of the settings is for admins, whoever forges it', async () => {
    const running = await opened('U0CHRIS');
    await running.slack.person('U0CHRIS').click({ home: true, actionId: 'home_settings' });
    await running.settled();
    expect(page(running, 'U0CHRIS')).toContain('polling.usage');
    expect(page(running, 'U0CHRIS')).toContain('default');

    await open(running, 'U0BEN');
    await expect(running.slack.person('U0BEN').click({ home: true, actionId: 'home_settings' })).rejects.toThrow();
  });

  test('that is refused says so in a modal', async () => {
    const running = await startRunning();
    const actor = { kind: 'slack', userId: 'U0BEN', teamId: 'T0ACME' } as const;
    await claimLineage(running.deps, { actor, lineageId: (await running.lineageOf('apikey_1')).id });
    await open(running, 'U0ANA');
    running.slack.changeUser('U0ANA', { isRestricted: true });
    await running.slack.person('U0ANA').click({ home: true, actionId: 'claim_confirm' });
    await running.settled();

    expect(page(running, 'U0ANA')).toContain('active full members');
    expect((await running.lineageOf('apikey_1')).ownerStanding).toBe('claimed');
  });
});
