import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { looksLikeSecret, Secret, scrubSecrets } from '../../src/domain/secret.ts';

// Put together here, so that no scanner takes this file for a leak.
const body = (length: number) => 'Ab3dEf7hJk9mNp2q'.repeat(Math.ceil(length / 16)).slice(0, length);
const hex = (length: number) => '0a1b2c3d4e5f6789'.repeat(Math.ceil(length / 16)).slice(0, length);
const join = (...parts: readonly string[]) => parts.join('');
const MARK = join('T3Blbk', 'FJ');

const KEYS: readonly (readonly [string, string])[] = [
  ['OpenAI project', join('sk', '-proj-', body(74), MARK, body(74))],
  ['OpenAI service account', join('sk', '-svcacct-', body(58), MARK, body(58))],
  ['OpenAI service', join('sk', '-service-', body(20), MARK, body(20))],
  ['OpenAI admin', join('sk', '-admin-', body(58), MARK, body(58))],
  ['OpenAI without a project', join('sk', '-None-', body(20), MARK, body(20))],
  ['OpenAI of old', join('sk', '-', body(20), MARK, body(20))],
  ['Anthropic', join('sk', '-ant-', 'api03-', body(93), 'AA')],
  ['Anthropic scoped', join('sk', '-ant-', 'api01-', body(93), 'AA')],
  ['Anthropic admin', join('sk', '-ant-', 'admin01-', body(93), 'AA')],
  ['Anthropic access', join('sk', '-ant-', 'oat01-', body(80))],
  ['Anthropic refresh', join('sk', '-ant-', 'ort01-', body(80))],
  ['Google', join('AI', 'za', 'Sy', body(33))],
  ['Google of late', join('AQ', '.', body(40))],
  ['Groq', join('gs', 'k_', body(52))],
  ['OpenRouter', join('sk', '-or-', 'v1-', hex(64))],
  ['xAI', join('xa', 'i-', body(80))],
  ['xAI management', join('xa', 'i-token-', body(80))],
  ['Perplexity', join('pp', 'lx-', body(48))],
  ['Hugging Face', join('h', 'f_', body(34))],
  ['Hugging Face organization', join('api', '_org_', body(34))],
  ['Together', join('tg', 'p_v1_', body(43))],
  ['Fireworks', join('f', 'w_', body(24))],
  ['DeepSeek', join('sk', '-', hex(32))],
  ['Bedrock', join('AB', 'SK', body(120), '+/', body(10), '=')],
  ['Bedrock, short-lived', join('bedrock', '-api-key-', body(60))],
  ['Slack bot', join('xo', 'xb-', '1234567890-', body(24))],
  ['Slack app', join('xa', 'pp-', '1-A0123-', body(24))],
];

describe('a Secret', () => {
  const value = body(40);
  const secret = new Secret(value);

  test.each([
    ['a template', `${secret}`],
    ['a sum', `key: ${String(secret)}`],
    ['JSON', JSON.stringify({ deep: [secret] })],
    ['inspect', inspect({ deep: { secret } }, { depth: 9, showHidden: true })],
    ['inspect without its own say', inspect(secret, { customInspect: false, showHidden: true })],
    ['a spread', JSON.stringify({ ...secret })],
    ['its keys', Reflect.ownKeys(secret).join()],
    ['an error', String(new Error(`refused ${secret}`))],
  ])('does not come out through %s', (_, printed) => {
    expect(printed).not.toContain(value.slice(0, 16));
  });

  test('prints as [secret], so that one sees that something is there', () => {
    expect([`${secret}`, JSON.stringify([secret]), inspect(secret)]).toEqual(['[secret]', '["[secret]"]', '[secret]']);
  });

  test('is revealed on purpose', () => {
    expect(secret.reveal()).toBe(value);
  });
});

describe('scrubSecrets', () => {
  test.each(KEYS)('hides a key of %s wherever it stands', (_, key) => {
    expect(scrubSecrets(key)).toBe('[secret]');
    expect(scrubSecrets(`401 for ${key}, see docs`)).toBe('401 for [secret], see docs');
    expect(scrubSecrets(`{"key":"${key}"}`)).toBe('{"key":"[secret]"}');
    expect(scrubSecrets(`prod_${key}`)).toBe('prod_[secret]');
    expect(scrubSecrets(`?key=${key}&x=1\n${key}`)).toBe('?key=[secret]&x=1\n[secret]');
    expect(looksLikeSecret(key)).toBe(true);
  });

  test('hides what an Authorization header carries, of whatever form', () => {
    expect(scrubSecrets(`authorization: Bearer ${hex(32)}`)).toBe('authorization: [secret]');
    expect(scrubSecrets(`bearer  ${body(12)}.${body(12)}==`)).toBe('[secret]');
  });

  test.each([
    'task-scheduler-for-the-night',
    'risk-assessment-2026',
    'claude-sonnet-4-5-20250929',
    'the bearer of news',
    join('sk', '-ant-', 'api03-R2D…igAA'),
    join('sk', '-…9f2a'),
    'gsk_short',
    'https://console.example.com/keys?project=proj_abc',
  ])('leaves %s alone', (text) => {
    expect(scrubSecrets(text)).toBe(text);
    expect(looksLikeSecret(text)).toBe(false);
  });

  test('says the same each time: a pattern remembers nothing', () => {
    const [, key] = KEYS[0] ?? ['', ''];

    expect([looksLikeSecret(key), looksLikeSecret(key), looksLikeSecret(key)]).toEqual([true, true, true]);
  });
});
