import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { EVERY_KEY, folded, parseKeyQuery, userIdIn } from '../../src/domain/key-query.ts';
import { US_DOLLAR } from '../../src/domain/money.ts';
import { DAY_MS } from '../../src/domain/time.ts';

const READING = { currency: US_DOLLAR, askerId: 'U0ANA' };
const parse = (text: string) => parseKeyQuery(text, READING);
const fault = (text: string) => {
  try {
    parse(text);
  } catch (error) {
    return error instanceof AppError ? error.publicMessage : String(error);
  }
  return 'nothing was wrong';
};

describe('a question for keys', () => {
  test.each([
    ['', {}],
    ['unowned', { owner: { kind: 'none' } }],
    ['owner:none', { owner: { kind: 'none' } }],
    ['owner:<@U0BEN|ben>', { owner: { kind: 'person', value: 'U0BEN' } }],
    ['owner:me', { owner: { kind: 'person', value: 'U0ANA' } }],
    ['owner:Zoë', { owner: { kind: 'named', value: 'zoe' } }],
    ['env:prod,dev', { environments: ['production', 'development'] }],
    ['ENVIRONMENT:Staging', { environments: ['staging'] }],
    ['provider:Acme', { providers: ['acme'] }],
    ['scope:"My Project"', { scopes: ['my project'] }],
    ['status:suspended', { statuses: ['inactive'] }],
    ['unused:>30d', { unusedMs: { atLeast: true, value: 30 * DAY_MS } }],
    ['unused:<7d', { unusedMs: { atLeast: false, value: 7 * DAY_MS } }],
    ['spend:>$1,000', { spendMicroUsd: { atLeast: true, value: 1_000_000_000 } }],
    ['sort:spend', { sort: 'spend' }],
    ['Search  API', { words: ['search', 'api'] }],
    ['env:prod sort:used web', { environments: ['production'], sort: 'used', words: ['web'] }],
  ] as const)('%s is understood', (text, expected) => {
    expect(parse(text)).toEqual({ ...EVERY_KEY, ...expected });
  });

  test.each([
    ['ownr:none', 'Did you mean `owner`, for instance `/keys list owner:@ana`?'],
    ['colour:red', 'There are owner, env, status'],
    ['constructor:x', 'There are owner'],
    ['env:mars', 'Try `/keys list env:prod`.'],
    ['env:', 'Try `/keys list env:prod`.'],
    ['unused:soon', 'Try `/keys list unused:>30d`.'],
    ['spend:>ten', 'Try `/keys list spend:>100`.'],
    ['sort:__proto__', 'Try `/keys list sort:spend`.'],
  ])('%s is answered with the nearest and an example', (text, sentence) => {
    expect(fault(text)).toContain(sentence);
  });

  test('is a query or a sentence, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(fault(text)).not.toContain('Error');
      }),
    );
  });
});

test('names are compared without case, accents and what cannot be seen', () => {
  expect(folded('  Café\u200b Ｘ ')).toBe('cafe x');
});

test('a mention is read as Slack writes it', () => {
  expect(['<@U0ANA>', '<@U0ANA|ana>', '@ana', '<!channel>', 'U0123456'].map(userIdIn)).toEqual([
    'U0ANA',
    'U0ANA',
    null,
    null,
    'U0123456',
  ]);
});
