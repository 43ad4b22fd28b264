import { parse } from 'dotenv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changeDotEnv } from '../../src/domain/dotenv-file.ts';

const FILE = `# mine
FOO=bar # keep

export PATH_TO='a b'
SLACK_BOT_TOKEN=old
MANY="one
SLACK_APP_TOKEN=not this one
three"
# OPENAI_ADMIN_KEY=
LAST=1
`;

describe('changing a .env file', () => {
  test('a variable is replaced where it stands, and every other line stays', () => {
    expect(changeDotEnv(FILE, { SLACK_BOT_TOKEN: 'new' })).toBe(FILE.replace('=old', '=new'));
  });

  test('a new variable comes below its commented-out line, else at the end', () => {
    const changed = changeDotEnv(FILE, { OPENAI_ADMIN_KEY: 'k', PORT: '3000' });

    expect(changed).toBe(
      FILE.replace('# OPENAI_ADMIN_KEY=\n', '# OPENAI_ADMIN_KEY=\nOPENAI_ADMIN_KEY=k\n').concat('PORT=3000\n'),
    );
  });

  test('a line within the value of another variable is not taken for a variable', () => {
    const changed = changeDotEnv(FILE, { SLACK_APP_TOKEN: 'xapp' });

    expect(parse(changed)['MANY']).toBe(parse(FILE)['MANY']);
    expect(parse(changed)['SLACK_APP_TOKEN']).toBe('xapp');
  });

  test('a value over several lines goes as a whole', () => {
    expect(changeDotEnv(FILE, { MANY: null })).not.toMatch(/one|not this one|three/);
  });

  test('a variable that stands twice leaves no old value behind', () => {
    expect(changeDotEnv('A=old1\nB=2\nA=old2\n', { A: 'new' })).toBe('B=2\nA=new\n');
    expect(changeDotEnv('A=old1\nB=2\nA=old2\n', { A: null })).toBe('B=2\n');
  });

  test('what is said already is not written again, and line ends stay what they are', () => {
    expect(changeDotEnv("A='1'\r\n", { A: '1' })).toBe("A='1'\r\n");
    expect(changeDotEnv('A=1\r\n', { B: '2' })).toBe('A=1\r\nB=2\r\n');
    expect(changeDotEnv('', { A: '1' })).toBe('A=1\n');
    expect(changeDotEnv('A=1', { B: null })).toBe('A=1\n');
  });

  test('a value that no line can hold is refused, and says which variable it is, not what', () => {
    const value = `'"\`canary # `;

    expect(() => changeDotEnv('', { A: value })).toThrow('A has a value');
    expect(() => changeDotEnv('', { A: value })).not.toThrow('canary');
  });

  test('whatever a value is, it comes back the same or is refused, and foreign lines survive', () => {
    const value = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.string({ unit: fc.constantFrom('a', '$', '#', '"', "'", '`', '\\', ' ', '=', 'n'), minLength: 1 }),
    );
    const foreign = fc.constantFrom(
      '# note',
      'X=1',
      '',
      "Y='a # b'",
      'export Z="q"',
      'not a variable',
      "W='two\nlines'",
      'A=before',
    );
    fc.assert(
      fc.property(fc.array(foreign), value, (lines, text) => {
        const before = lines.map((line) => `${line}\n`).join('');
        const changed = refusal(() => changeDotEnv(before, { A: text }));
        if (changed === null) return;
        const { A, ...others } = parse(changed);
        const { A: _old, ...standing } = parse(before);
        expect(A).toBe(text);
        expect(others).toEqual(standing);
        const kept = changed.split('\n').filter((line) => !line.startsWith('A='));
        expect(kept).toEqual(before.split('\n').filter((line) => !line.startsWith('A=')));
      }),
    );
  });

  test('values of the usual kinds are never refused', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'Z', '9', '-', '_', '$', '#', '"', ' ', '='), minLength: 1 }),
        (text) => {
          expect(parse(changeDotEnv('B=1\n', { A: text }))).toEqual({ A: text, B: '1' });
        },
      ),
    );
  });
});

function refusal(work: () => string): string | null {
  try {
    return work();
  } catch {
    return null;
  }
}
