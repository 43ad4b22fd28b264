import { describe, expect, test } from 'vitest';
import { describeConfig } from '../../src/config/config.ts';
import { CANARY, ENV, faultsOf, readOk } from './given.ts';

const ALL = {
  ...ENV,
  KEYSTEWARD_PAGERDUTY_ROUTING_KEY: `r0ut1ng${CANARY}`,
  KEYSTEWARD_WEBHOOK_URL: `https://hooks.acme.example/${CANARY}?sig=${CANARY}`,
  KEYSTEWARD_WEBHOOK_SECRET: `s1gn${CANARY}`,
  KEYSTEWARD_HEARTBEAT_URL: `https://hc.acme.example/${CANARY}`,
};

describe('webhooks and heartbeat', () => {
  test('are all off unless set', () => {
    const { config, secrets } = readOk(ENV);
    expect(config.outlets).toEqual({ pagerDuty: null, webhookHost: null, heartbeatHost: null, signed: false });
    expect(Object.values(secrets.outlets ?? {})).toEqual([undefined, undefined, undefined, undefined]);
  });

  test('are shown by their hosts, and no secret or secret address is', () => {
    const { config, secrets } = readOk(ALL);
    const lines = describeConfig(config);
    expect(lines).toContain('PagerDuty: https://events.pagerduty.com/v2/enqueue, signed');
    expect(lines).toContain('Webhook: hooks.acme.example, signed');
    expect(lines).toContain('Heartbeat: hc.acme.example, every 5 min');
    expect(JSON.stringify([config, secrets, lines])).not.toContain(CANARY);
    expect(secrets.outlets?.webhookUrl?.reveal()).toBe(ALL.KEYSTEWARD_WEBHOOK_URL);
  });

  test('an address from a file, and another one for PagerDuty, are taken', () => {
    const { KEYSTEWARD_WEBHOOK_URL: url, ...rest } = ALL;
    const eu = 'https://events.eu.pagerduty.com/v2/enqueue';
    const env = { ...rest, KEYSTEWARD_WEBHOOK_URL_FILE: '/run/hook', KEYSTEWARD_PAGERDUTY_URL: eu };
    const { config } = readOk(env, { '/run/hook': `${url}\n` });
    expect(config.outlets?.webhookHost).toBe('hooks.acme.example');
    expect(config.outlets?.pagerDuty?.url).toBe(eu);
  });

  test.each([
    ['KEYSTEWARD_WEBHOOK_URL', 'http://hooks.acme.example/x', 'is neither https nor on this machine'],
    ['KEYSTEWARD_HEARTBEAT_URL', 'http://hc.acme.example/x', 'is neither https nor on this machine'],
    ['KEYSTEWARD_PAGERDUTY_URL', 'http://events.acme.example', 'is neither https nor on this machine'],
    ['KEYSTEWARD_WEBHOOK_URL', 'https://me:pass@hooks.acme.example', 'has a user name or password in it'],
    ['KEYSTEWARD_WEBHOOK_URL', 'hooks.acme.example', 'is not an address'],
    ['KEYSTEWARD_HEARTBEAT_URL', 'https://hc.acme.example/x#y', 'has a # part'],
  ])('%s: %s is refused', (name, value, problem) => {
    const faults = faultsOf({ ...ALL, [name]: value });
    expect(faults).toEqual([expect.objectContaining({ where: name, problem: expect.stringContaining(problem) })]);
    expect(JSON.stringify(faults)).not.toContain(value);
  });

  test('plain http on this machine is taken', () => {
    expect(readOk({ ...ALL, KEYSTEWARD_HEARTBEAT_URL: 'http://127.0.0.1:9/x' }).config.outlets?.heartbeatHost).toBe(
      '127.0.0.1:9',
    );
  });

  test('a setting that nothing uses is a slip', () => {
    expect(faultsOf({ ...ENV, KEYSTEWARD_WEBHOOK_SECRET: 'x' }).map(({ where }) => where)).toEqual([
      'KEYSTEWARD_WEBHOOK_SECRET',
    ]);
    expect(
      faultsOf({ ...ENV, KEYSTEWARD_PAGERDUTY_URL: 'https://events.eu.pagerduty.com' }).map(({ where }) => where),
    ).toEqual(['KEYSTEWARD_PAGERDUTY_URL']);
  });
});
