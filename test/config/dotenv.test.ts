import { expect, test } from 'vitest';
import { loadDotEnv } from '../../src/config/dotenv.ts';
import { AppError } from '../../src/domain/errors.ts';

const FILE = 'A=1\nB="two words" # note\nC=\n';

test('the real environment wins over the file, and an undefined variable does not', () => {
  const env = loadDotEnv(() => FILE, '.env', { A: 'real', B: undefined, D: '4' });

  expect(env).toEqual({ A: 'real', B: 'two words', C: '', D: '4' });
});

test('a missing file changes nothing', () => {
  expect(loadDotEnv(() => undefined, '.env', { A: '1' })).toEqual({ A: '1' });
});

test('an unreadable file is a fault that names it', () => {
  const refuse = () => {
    throw Object.assign(new Error('no'), { code: 'EACCES' });
  };

  expect(() => loadDotEnv(refuse, '.env', {})).toThrow(AppError);
  expect(() => loadDotEnv(refuse, '.env', {})).toThrow('.env cannot be read (EACCES)');
});
