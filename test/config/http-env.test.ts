import { describe, expect, test } from 'vitest';
import { EnvReader } from '../../src/config/env-reader.ts';
import { readHttp } from '../../src/config/http-env.ts';

const TOKEN = '0123456789abcdef';

function read(env: Readonly<Record<string, string>>) {
  const reader = new EnvReader({ PORT: '3000', ...env }, (path) => (path === '/run/token' ? `${TOKEN}\n` : undefined));
  const { host, metricsToken } = readHttp(reader);
  return {
    host,
    token: metricsToken?.reveal(),
    faults: reader.faults.map(({ where, problem }) => `${where} ${problem}`),
  };
}

describe('KEYSTEWARD_HOST', () => {
  test.each([
    ['', '127.0.0.1'],
    ['localhost', '127.0.0.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['10.1.2.3', '10.1.2.3'],
    ['::', '::'],
    ['::1', '::1'],
  ])('%j opens %s', (given, host) => {
    expect(read({ KEYSTEWARD_HOST: given })).toEqual({ host, token: undefined, faults: [] });
  });

  test.each(['0.0.0.0:3000', '[::1]', 'http://0.0.0.0', 'keys.example.com', '*', '999.1.1.1'])(
    '%s is a fault',
    (given) => {
      expect(read({ KEYSTEWARD_HOST: given }).faults).toEqual([
        'KEYSTEWARD_HOST is not the address of a network interface',
      ]);
    },
  );
});

describe('KEYSTEWARD_METRICS_TOKEN', () => {
  test('is read, from a file as well', () => {
    expect(read({ KEYSTEWARD_METRICS_TOKEN: TOKEN })).toMatchObject({ token: TOKEN, faults: [] });
    expect(read({ KEYSTEWARD_METRICS_TOKEN_FILE: '/run/token' })).toMatchObject({ token: TOKEN, faults: [] });
  });

  test('that can be guessed is a fault, and not repeated', () => {
    const { faults } = read({ KEYSTEWARD_METRICS_TOKEN: 'hunter2' });

    expect(faults).toEqual(['KEYSTEWARD_METRICS_TOKEN is shorter than 16 characters']);
  });
});

test('either of them without a port is a fault: its owner believes that something is open', () => {
  const { faults } = read({ PORT: '', KEYSTEWARD_HOST: '0.0.0.0', KEYSTEWARD_METRICS_TOKEN: TOKEN });

  expect(faults).toEqual([
    'KEYSTEWARD_HOST is set without PORT, so no port is opened that it could be for',
    'KEYSTEWARD_METRICS_TOKEN is set without PORT, so no port is opened that it could be for',
  ]);
});
