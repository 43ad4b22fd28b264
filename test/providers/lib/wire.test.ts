import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  optionalRfc3339At,
  optionalSecondsAt,
  optionalText,
  readBody,
  rfc3339At,
} from '../../../src/providers/lib/wire.ts';

describe('reading what providers send', () => {
  it.each([
    [optionalSecondsAt, '1760000000', 1_760_000_000_000],
    [optionalSecondsAt, 0, null],
    [optionalRfc3339At, 'soon', null],
    [optionalText, '', null],
  ])('reads a value whichever way it is written (%#)', (schema, sent, expected) => {
    expect(schema.parse(sent)).toBe(expected);
  });

  it.each([[rfc3339At, 'soon']])('refuses what is no value at all (%#)', (schema, sent) => {
    expect(schema.safeParse(sent).success).toBe(false);
  });

  it('names the field that does not fit and never what was in it', () => {
    const schema = z.object({ data: z.array(z.object({ id: z.string() })) });

    const read = () => readBody(schema, { data: [{ id: 5, note: 'private words' }] }, 'key list');

    expect(read).toThrow('key list: data.0.id invalid_type');
    expect(read).not.toThrow('private words');
  });
});
