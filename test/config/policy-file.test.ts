import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePolicy } from '../../src/config/policy.ts';
import { changePolicy, type PolicyAnswers } from '../../src/config/policy-file.ts';
import { detectorSections as detectors } from '../../src/domain/detectors/index.ts';

const EXAMPLE = readFileSync('policy.example.yml', 'utf8');
const OPTIONS = { file: 'policy.yml', detectors };
const ANSWERS = { alertsChannel: '#ai-keys', admins: ['U0CHRIS'], responders: ['U0ANA', 'S0SECURITY'] };

describe('changing policy.yml', () => {
  test('the example becomes a policy that says what was answered, with every comment in its place', () => {
    const changed = changePolicy(EXAMPLE, { ...ANSWERS, autoContain: { enabled: true, aboveUsd: 50 } }, OPTIONS);

    expect(policyOf(changed)).toMatchObject({
      channels: { alerts: '#ai-keys' },
      roles: { admins: ['U0CHRIS'], responders: ['U0ANA', 'S0SECURITY'] },
      autoContain: { enabled: true, aboveMicroUsd: 50_000_000, environments: ['staging', 'development'] },
    });
    expect(commentsOf(changed)).toEqual(commentsOf(EXAMPLE));
  });

  test('a file without a word gets what was answered', () => {
    expect(policyOf(changePolicy('', ANSWERS, OPTIONS)).roles.admins).toEqual(['U0CHRIS']);
    expect(policyOf(changePolicy('roles:\nchannels:\n', ANSWERS, OPTIONS)).channels.alerts).toBe('#ai-keys');
  });

  test('what is answered as it stands changes not one byte', () => {
    const file = "channels: {alerts:   '#ai-keys'}   # here\nroles:\n    admins:\n    -   U0CHRIS\n";

    expect(changePolicy(file, { alertsChannel: '#ai-keys', admins: ['U0CHRIS'], environments: [] }, OPTIONS)).toBe(
      file,
    );
    expect(changePolicy(file, {}, OPTIONS)).toBe(file);
  });

  test('a value keeps the comment behind it', () => {
    const file = "channels:\n  alerts: '#a' # ours\nroles: {admins: [U0A]}\n";

    expect(changePolicy(file, { alertsChannel: '#b' }, OPTIONS)).toBe(file.replace('#a', '#b'));
  });

  test('rules for environments are added once, below those that stand', () => {
    const file =
      "channels: {alerts: '#a'}\nroles: {admins: [U0A]}\nenvironments:\n  - {match: 'prod-*', environment: production}\n";
    const rules = [{ match: '*-ci', environment: 'staging' as const }];

    const once = changePolicy(file, { environments: rules }, OPTIONS);

    expect(policyOf(once).environments.map(({ match }) => match)).toEqual(['prod-*', '*-ci']);
    expect(changePolicy(once, { environments: rules }, OPTIONS)).toBe(once);
  });

  test('a file with faults of its own is left alone, and the faults are named', () => {
    expect(() => changePolicy('channels: [', ANSWERS, OPTIONS)).toThrow(
      expect.objectContaining({ publicMessage: expect.stringContaining('policy.yml:1') }),
    );
    expect(() => changePolicy('polling: {usage_minutes: 900}\n', ANSWERS, OPTIONS)).toThrow(
      expect.objectContaining({ publicMessage: expect.stringContaining('policy.yml was left as it is') }),
    );
  });

  test('sections that nobody asked about survive every answer', () => {
    const id = fc.stringMatching(/^[A-Z0-9]{3,8}$/).map((tail) => `U${tail}`);
    const answers = fc.record({
      alertsChannel: fc.constantFrom('#general', '#a-b', 'C0123456'),
      admins: fc.array(id, { minLength: 1, maxLength: 3 }),
      responders: fc.array(id, { maxLength: 3 }),
      autoContain: fc.record({ enabled: fc.boolean(), aboveUsd: fc.integer({ min: 1, max: 1_000 }) }),
      environments: fc.array(
        fc.record({
          match: fc.constantFrom('*-ci', "it's", '* # x', '"q"'),
          environment: fc.constant('staging' as const),
        }),
        { maxLength: 2 },
      ),
    });
    const before = `${EXAMPLE.replace('owners: {}', "owners: { 'billing-*': U0BEN }").replace('usage_minutes: 5', 'usage_minutes: 7 # ours')}`;
    fc.assert(
      fc.property(answers, (given: PolicyAnswers) => {
        const policy = policyOf(changePolicy(before, given, OPTIONS));
        expect(policy.roles.admins).toEqual(given.admins);
        expect(policy.channels.alerts).toBe(given.alertsChannel);
        expect(policy.polling.usageMs).toBe(7 * 60_000);
        expect(policy.owners.map(({ match }) => match)).toEqual(['billing-*']);
      }),
      { numRuns: 50 },
    );
  });
});

function policyOf(text: string) {
  const parsed = parsePolicy(text, OPTIONS);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.policy;
}

function commentsOf(text: string): readonly string[] {
  return text
    .split('\n')
    .flatMap((line) => /(?:^|\s)(#.*)$/.exec(line)?.[1] ?? [])
    .filter((comment) => !comment.includes("'"));
}
