import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { CHOICE_MAX, decodeButton, decodeChoice, encodeButton, encodeChoice } from '../../src/slack/button-value.ts';
import { systemIds } from '../../src/system/ids.ts';

const SENTENCE = 'This button was made by another version of Keysteward. Look the key up with `/keys show`.';

const genuine = fc.record({
  alertId: fc.option(fc.string({ maxLength: 64 })),
  keyId: fc.string({ maxLength: 64 }),
  generation: fc.nat(),
});

describe('the value of a button', () => {
  test('comes back as it went out', () => {
    fc.assert(
      fc.property(genuine, (value) => {
        expect(decodeButton(encodeButton(value))).toEqual(value);
      }),
    );
  });

  test('is short enough for Slack, and holds ids and nothing else', () => {
    const text = encodeButton({ alertId: 'alert_1', keyId: 'key_1', generation: 3 });

    expect(JSON.parse(text)).toEqual({ v: 1, a: 'alert_1', k: 'key_1', g: 3 });
    expect(encodeButton({ alertId: 'a'.repeat(64), keyId: 'k'.repeat(64), generation: 2 ** 31 }).length).toBeLessThan(
      2_000,
    );
  });

  test.each([
    '',
    'null',
    '[]',
    '{}',
    '{"v":2,"a":null,"k":"key_1","g":1}',
    '{"v":1,"a":null,"k":"key_1","g":-1}',
    '{"v":1,"a":null,"k":"key_1","g":1.5}',
    '{"v":1,"a":null,"k":"key_1","g":"1"}',
    '{"v":1,"k":"key_1","g":1}',
    `{"v":1,"a":null,"k":"${'k'.repeat(65)}","g":1}`,
    'key_1',
  ])('that is forged gives one sentence: %s', (value) => expectRefused(value));

  test('that is anything at all is read or refused with one sentence', () => {
    const forged = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({ v: fc.constantFrom(0, 1, 2, '1'), a: fc.jsonValue(), k: fc.jsonValue(), g: fc.jsonValue() })
        .map(stringify),
    );
    fc.assert(
      fc.property(forged, (value) => void outcomeOf(value)),
      { numRuns: 500 },
    );
  });
});

describe('a choice in a menu', () => {
  const button = { alertId: systemIds.next('alert'), keyId: systemIds.next('key'), generation: 123_456 };

  test('fits into an option, and becomes the value of the button of that name', () => {
    const text = encodeChoice('brakes', button);

    expect(text.length).toBeLessThanOrEqual(CHOICE_MAX);
    expect(decodeChoice(text)).toEqual({ choice: 'brakes', value: encodeButton(button) });
  });

  test('without an alert comes back without one', () => {
    const { value } = decodeChoice(encodeChoice('show', { ...button, alertId: null }));

    expect(decodeButton(value).alertId).toBeNull();
  });

  test.each(['', 'ack', 'ack.A.B', 'ack.A..1', 'ack.A.B.-1', 'ack.A.B.1.2', '{"v":1}', 'ACK.A.B.1', 'ack.<!x>.B.1'])(
    'that is forged gives one sentence: %s',
    (text) => {
      expect(() => decodeChoice(text)).toThrow(expect.objectContaining({ publicMessage: SENTENCE }));
    },
  );
});

const stringify = (value: unknown) => JSON.stringify(value);

function expectRefused(value: string): void {
  expect(outcomeOf(value)).toBe('refused');
}

function outcomeOf(value: string): 'read' | 'refused' {
  try {
    const { alertId, keyId, generation } = decodeButton(value);
    expect([alertId === null || typeof alertId === 'string', typeof keyId, Number.isSafeInteger(generation)]).toEqual([
      true,
      'string',
      true,
    ]);
    return 'read';
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'invalid_input', publicMessage: SENTENCE });
    return 'refused';
  }
}
