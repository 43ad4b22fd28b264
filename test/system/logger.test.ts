import { LogLevel } from '@slack/bolt';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { LogFields } from '../../src/ports/logger.ts';
import { createLogger, type LoggerOptions, sdkLogger } from '../../src/system/logger.ts';
import { slackLogger } from '../../src/system/slack-logger.ts';

const CANARY = 'cAnArY0123456789';
const KEY = `sk-ant-api03-${CANARY}`;

function capture(level: LoggerOptions['level'] = 'debug') {
  const lines: string[] = [];
  const logger = createLogger({ level, destination: { write: (line) => void lines.push(line) } });
  const parsed = () => lines.map((line): Record<string, unknown> => JSON.parse(line));
  return { logger, lines, parsed, text: () => lines.join('') };
}

describe('the log', () => {
  test('is one JSON object a line with level, time and message', () => {
    const { logger, lines, parsed } = capture();
    logger.info('poll done', { rows: 3 });

    expect(lines[0]).toMatch(/\n$/);
    expect(parsed()).toEqual([
      { level: 'info', time: expect.stringMatching(/^\d{4}-.*Z$/), msg: 'poll done', rows: 3 },
    ]);
  });

  test('leaves out what is below its level', () => {
    const { logger, parsed } = capture('warn');
    logger.debug('a');
    logger.info('b');
    logger.warn('c');
    logger.error('d');

    expect(parsed().map(({ level }) => level)).toEqual(['warn', 'error']);
  });

  test('a child carries its fields, and its own win', () => {
    const { logger, parsed } = capture();
    logger.child({ job: 'poll', run: 1 }).child({ run: 2 }).warn('late', { by: 5 });

    expect(parsed()[0]).toMatchObject({ job: 'poll', run: 2, by: 5 });
  });

  test('a field cannot take the place of level, time or message', () => {
    const { logger, parsed, lines } = capture();
    logger.info('real', { msg: 'fake', level: 'fake', time: 'fake' });

    expect(parsed()[0]).toMatchObject({ msg: 'real', level: 'info', msg_: 'fake', level_: 'fake', time_: 'fake' });
    expect(lines[0]?.match(/"msg":/g)).toHaveLength(1);
  });

  test('prints errors with code, status and the chain of causes', () => {
    const { logger, parsed } = capture();
    const cause = Object.assign(new Error('socket hang up'), {
      code: 'ECONNRESET',
      status: 502,
      headers: { authorization: KEY },
    });
    logger.error('poll failed', {
      error: new AppError({ code: 'provider_unavailable', message: 'list failed', publicMessage: 'Try later.', cause }),
    });

    expect(parsed()[0]?.['error']).toEqual({
      name: 'AppError',
      message: 'list failed',
      code: 'provider_unavailable',
      publicMessage: 'Try later.',
      stack: expect.stringContaining('logger.test.ts'),
      cause: { name: 'Error', message: 'socket hang up', code: 'ECONNRESET', status: 502, stack: expect.any(String) },
    });
  });
});

describe('no secret reaches the log', () => {
  const circle: Record<string, unknown> = { key: KEY };
  circle['self'] = circle;

  test.each<[string, LogFields]>([
    ['in a field', { label: `leaked ${KEY}` }],
    ['in a nested list', { a: [{ b: [KEY] }] }],
    ['in the name of a field', { [KEY]: 1 }],
    ['after a line break', { a: `x\n${KEY}` }],
    ['in a Secret', { a: new Secret(KEY), b: [new Secret('plain password of nobody cAnArY0123456789')] }],
    ['in an error', { error: new Error(`401 for ${KEY}`) }],
    ['in a cause', { error: new Error('x', { cause: new Error(KEY) }) }],
    ['in a cause that is a text', { error: new Error('x', { cause: KEY }) }],
    ['in an aggregate', { error: new AggregateError([new Error(KEY)], 'all') }],
    ['in a stack', { error: Object.assign(new Error('x'), { stack: `Error: ${KEY}\n at x` }) }],
    ['in a map or set', { a: new Map([[KEY, KEY]]), b: new Set([KEY]) }],
    ['in a circle', { circle }],
    ['in toJSON', { a: { toJSON: () => ({ b: KEY }) } }],
    ['in an address', { a: new URL(`https://h/?k=${KEY}`) }],
    ['in bytes', { a: Buffer.from(KEY) }],
    [
      'under a telling name',
      { headers: { Authorization: CANARY }, api_key: CANARY, signingSecret: CANARY, botToken: CANARY },
    ],
  ])('%s', (_, fields) => {
    const { logger, text, parsed } = capture();
    logger.error(`message with ${KEY}`, fields);
    logger.child(fields).info('child');

    expect(parsed()).toHaveLength(2);
    expect(text()).not.toContain(CANARY);
  });

  test('a circle is cut where it closes', () => {
    const { logger, parsed } = capture();
    logger.info('x', { circle });

    expect(parsed()[0]?.['circle']).toEqual({ key: '[secret]', self: '[circular]' });
  });

  test('numbers of tokens are not secrets', () => {
    const { logger, parsed } = capture();
    logger.info('usage', { inputToken: 5, tokens: { output: 7 }, hint: 'sk-ant-api03-…9f2a' });

    expect(parsed()[0]).toMatchObject({ inputToken: 5, tokens: { output: 7 }, hint: 'sk-ant-api03-…9f2a' });
  });

  test('whatever is logged, a line comes out and nothing is thrown', () => {
    const { logger, lines } = capture();
    const trap = Object.defineProperty({}, 'x', {
      enumerable: true,
      get: () => {
        throw new Error(KEY);
      },
    });
    logger.info('trap', { trap, big: 10n, none: undefined, fn: () => 1, date: new Date(Number.NaN) });

    fc.assert(
      fc.property(
        fc.string(),
        fc.dictionary(fc.string(), fc.anything({ withBigInt: true, withDate: true, withMap: true })),
        (message, fields) => {
          const before = lines.length;
          logger.info(message, fields);
          return lines.length === before + 1 && typeof JSON.parse(lines.at(-1) ?? '') === 'object';
        },
      ),
    );
    expect(lines.join('')).not.toContain(CANARY);
  });
});

describe('the logger for Slack’s libraries', () => {
  test('drops DEBUG, whatever level is asked for', () => {
    const { logger, parsed } = capture();
    const slack = slackLogger(logger);
    slack.setLevel(LogLevel.DEBUG);
    slack.debug('payload', { text: 'x' });
    slack.info('connected');

    expect(slack.getLevel()).toBe(LogLevel.INFO);
    expect(parsed().map(({ msg }) => msg)).toEqual(['connected']);
  });

  test('obeys a stricter level', () => {
    const { logger, parsed } = capture();
    const slack = slackLogger(logger);
    slack.setLevel(LogLevel.ERROR);
    slack.info('a');
    slack.warn('b');
    slack.error('c');

    expect(slack.getLevel()).toBe(LogLevel.ERROR);
    expect(parsed().map(({ msg }) => msg)).toEqual(['c']);
  });

  test('joins texts, keeps the rest as scrubbed details, and shows its name', () => {
    const { logger, parsed, text } = capture();
    const slack = slackLogger(logger);
    slack.setName('socket-mode');
    slack.warn('lost', 'connection', new Error(KEY), { token: `xoxb-${CANARY}` });
    slack.error(new Error('only an error'));

    expect(parsed()[0]).toMatchObject({ level: 'warn', msg: 'lost connection', component: 'socket-mode' });
    expect(parsed()[0]?.['details']).toHaveLength(2);
    expect(parsed()[1]).toMatchObject({ level: 'error', msg: 'only an error' });
    expect(text()).not.toContain(CANARY);
  });
});

test('the logger for provider SDKs passes warnings and errors only, scrubbed', () => {
  const { logger, parsed, text } = capture();
  const sdk = sdkLogger(logger);
  sdk.debug('request', { headers: { authorization: KEY } });
  sdk.info('request');
  sdk.warn('deprecated', { url: 'https://h' });
  sdk.error(`failed with ${KEY}`);

  expect(parsed().map(({ level, msg }) => [level, msg])).toEqual([
    ['warn', 'deprecated'],
    ['error', 'failed with [secret]'],
  ]);
  expect(parsed()[0]).toMatchObject({ details: [{ url: 'https://h' }] });
  expect(text()).not.toContain(CANARY);
});
