import { isIP } from 'node:net';
import type { Secret } from '../domain/secret.ts';
import type { EnvReader } from './env-reader.ts';
import { DEFAULTS } from './variables.ts';

// A scraper's token is guessed at, not typed: shorter ones are words.
const MIN_TOKEN_LENGTH = 16;

export interface HttpPart {
  readonly host: string;
  readonly metricsToken: Secret | undefined;
}

/** Where the one port is opened, and who may read metrics from afar. */
export function readHttp(reader: EnvReader): HttpPart {
  const part = { host: readHost(reader), metricsToken: readMetricsToken(reader) };
  for (const name of ['KEYSTEWARD_HOST', 'KEYSTEWARD_METRICS_TOKEN']) {
    if (!reader.has(name) || reader.has('PORT')) continue;
    reader.complain(name, {
      problem: 'is set without PORT, so no port is opened that it could be for',
      fix: 'Set PORT, for instance 3000, or remove it.',
    });
  }
  return part;
}

function readHost(reader: EnvReader): string {
  const text = reader.text('KEYSTEWARD_HOST') ?? DEFAULTS.KEYSTEWARD_HOST;
  if (text === 'localhost') return DEFAULTS.KEYSTEWARD_HOST;
  if (isIP(text) !== 0) return text;
  reader.complain('KEYSTEWARD_HOST', {
    problem: 'is not the address of a network interface',
    fix: 'Write an IP address without port or brackets: 127.0.0.1 for this machine alone, 0.0.0.0 for every interface.',
  });
  return DEFAULTS.KEYSTEWARD_HOST;
}

function readMetricsToken(reader: EnvReader): Secret | undefined {
  const given = reader.secret('KEYSTEWARD_METRICS_TOKEN');
  if (given === undefined || given.secret.reveal().length >= MIN_TOKEN_LENGTH) return given?.secret;
  reader.complain(given.where, {
    problem: `is shorter than ${MIN_TOKEN_LENGTH} characters`,
    fix: 'Make a random one, for instance with: openssl rand -hex 32',
  });
  return undefined;
}
