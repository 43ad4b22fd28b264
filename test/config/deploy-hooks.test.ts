import { describe, expect, test } from 'vitest';
import { describeConfig } from '../../src/config/config.ts';
import { readConfig } from '../../src/config/env.ts';
import type { Env } from '../../src/config/env-reader.ts';
import { deployHooks } from '../../src/deploy-hooks/index.ts';
import { CANARY, DETECTORS, ENV, POLICY, PROVIDERS } from './given.ts';

const URL = `https://api.vercel.com/v1/integrations/deploy/prj_1/${CANARY}`;

function read(policy: string, env: Env = {}) {
  const readFile = (path: string) => (path === './policy.yml' ? `${POLICY}${policy}` : undefined);
  const result = readConfig({
    env: { ...ENV, ...env },
    readFile,
    providers: PROVIDERS,
    detectors: DETECTORS,
    deployHooks,
  });
  expect(JSON.stringify(result)).not.toContain(CANARY);
  return result;
}

function faultsOf(policy: string, env?: Env): readonly string[] {
  const result = read(policy, env);
  return result.ok ? [] : result.faults.map(({ where, problem, fix }) => `${where} ${problem}. ${fix}`);
}

describe('deploy hooks in policy.yml', () => {
  test('come with their defaults, their rules and the credentials of their name', () => {
    const policy =
      'deploy_hooks: { web-eu: { kind: vercel }, api: { kind: github, repository: acme/api, workflow: d.yml } }\n' +
      "redeploy: [{ match: 'prod-*', hooks: [api, web-eu], consumer: 'checkout-*' }]\n";
    const result = read(policy, { KEYSTEWARD_HOOK_WEB_EU_URL: URL, KEYSTEWARD_HOOK_API_TOKEN: `ghp_${CANARY}` });

    if (!result.ok) throw new Error(JSON.stringify(result.faults));
    expect(result.config.policy.deployHooks).toMatchObject([
      { name: 'web-eu', kind: 'vercel', settings: { api_url: 'https://api.vercel.com' } },
      { name: 'api', kind: 'github', settings: { repository: 'acme/api', ref: 'main', inputs: {} } },
    ]);
    expect(result.config.policy.redeploy).toMatchObject([{ match: 'prod-*', hooks: ['api', 'web-eu'] }]);
    expect(result.secrets.deployHooks?.get('web-eu')?.get('URL')?.reveal()).toBe(URL);
    expect(describeConfig(result.config)).toContain('Deploy hook: web-eu (vercel)');
  });

  test('are optional', () => {
    expect(read('')).toMatchObject({ ok: true, config: { policy: { deployHooks: [], redeploy: [] } } });
  });

  test.each([
    [
      'an unknown kind',
      'deploy_hooks:\n  web: { kind: githup }\n',
      /^\.\/policy\.yml:4 deploy_hooks\.web\.kind .* Write one of github, vercel, /,
    ],
    ['no kind', 'deploy_hooks:\n  web: {}\n', /deploy_hooks\.web\.kind is missing\. Write one of github/],
    [
      'a missing setting',
      'deploy_hooks:\n  web: { kind: fly }\n',
      /deploy_hooks\.web\.app is missing\. Write the name of the app/,
    ],
    [
      'an unknown setting',
      'deploy_hooks:\n  web: { kind: fly, app: a, grup: x }\n',
      /:4 deploy_hooks\.web\.grup is not a known key\. .*known here: app/,
    ],
    [
      'a setting of another form',
      'deploy_hooks:\n  web: { kind: github, repository: acme, workflow: d.yml }\n',
      /web\.repository is not written in a known form\. Write the owner and the name/,
    ],
    [
      'an address that is not safe',
      'deploy_hooks:\n  web: { kind: render, api_url: "http://evil.example" }\n',
      /web\.api_url is not an address that credentials may be sent to/,
    ],
    [
      'a name that makes no variable',
      'deploy_hooks:\n  Web_1: { kind: render }\n',
      /deploy_hooks\.Web_1 is not a name of small letters/,
    ],
    [
      'a rule that names no hook',
      "redeploy:\n  - { match: 'a', hooks: [wep] }\n",
      /:4 redeploy\.0\.hooks\.0 names no hook under deploy_hooks/,
    ],
  ])('%s is a fault with its line and what to write', (_, policy, fault) => {
    expect(faultsOf(policy).join('\n')).toMatch(fault);
  });
});

describe('credentials of deploy hooks', () => {
  const two = 'deploy_hooks: { a: { kind: vercel }, b: { kind: webhook } }\n';

  test('that are missing are all named at once, with where they are made', () => {
    expect(faultsOf(two)).toEqual([
      expect.stringMatching(/^KEYSTEWARD_HOOK_A_URL is missing\. The address of the deploy hook/),
      expect.stringMatching(/^KEYSTEWARD_HOOK_B_URL is missing/),
      expect.stringMatching(/^KEYSTEWARD_HOOK_B_SECRET is missing/),
    ]);
  });

  test.each([
    [
      'an address of something else',
      { KEYSTEWARD_HOOK_A_URL: `https://example.com/${CANARY}` },
      /A_URL is not the address of such a hook/,
    ],
    [
      'plain http',
      { KEYSTEWARD_HOOK_A_URL: URL.replace('https', 'http') },
      /A_URL is neither https nor on this machine/,
    ],
    ['a variable of no hook', { KEYSTEWARD_HOOK_C_URL: URL }, /^KEYSTEWARD_HOOK_C_URL is not a variable/m],
  ])('%s is a fault that does not repeat the value', (_, env, fault) => {
    expect(faultsOf(two, env).join('\n')).toMatch(fault);
  });

  test.each([
    ['netlify', 'TOKEN', 'which site it is for'],
    ['kubernetes, workload: deployment/web', 'TOKEN', 'names no server for it'],
  ])('%s says what %s needs beside it', (kind, suffix, problem) => {
    const env = {
      [`KEYSTEWARD_HOOK_A_${suffix}`]: CANARY,
      ...(kind === 'netlify' ? { KEYSTEWARD_HOOK_A_URL: `https://api.netlify.com/build_hooks/${CANARY}` } : {}),
    };
    expect(faultsOf(`deploy_hooks: { a: { kind: ${kind} } }\n`, env).join('\n')).toContain(problem);
  });
});
