import { type DestinationStream, pino, destination as pinoDestination, stdTimeFunctions } from 'pino';
import { scrubSecrets } from '../domain/secret.ts';
import type { LogFields, Logger } from '../ports/logger.ts';
import { safeFields, safeValue } from './log-fields.ts';

export interface LoggerOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Where lines go; stderr unless given, since stdout belongs to the commands' answers. */
  readonly destination?: DestinationStream;
}

/** What the provider SDKs ask of a logger. */
export interface SdkLogger {
  debug(message: string, ...rest: unknown[]): void;
  info(message: string, ...rest: unknown[]): void;
  warn(message: string, ...rest: unknown[]): void;
  error(message: string, ...rest: unknown[]): void;
}

type Level = 'debug' | 'info' | 'warn' | 'error';

const STDERR = 2;

/** JSON lines in which every text is scrubbed of what looks like a credential. */
export function createLogger({ level, destination }: LoggerOptions): Logger {
  const sink = pino(
    { level, base: null, timestamp: stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } },
    // Synchronous, so that the last line before a crash is not lost.
    destination ?? pinoDestination({ dest: STDERR, sync: true }),
  );
  const write = (at: Level, fields: Record<string, unknown>, message: string) => {
    if (sink.isLevelEnabled(at)) sink[at](fields, scrubSecrets(message));
  };
  return wrap(write, {});
}

/** For provider SDKs: their debug and info lines carry requests, so only warnings and errors pass. */
export function sdkLogger(logger: Logger): SdkLogger {
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: (message, ...rest) => logger.warn(message, detailFields(rest)),
    error: (message, ...rest) => logger.error(message, detailFields(rest)),
  };
}

/** Loose arguments of a foreign logger as fields. */
export function detailFields(rest: readonly unknown[]): LogFields {
  return rest.length === 0 ? {} : { details: rest.map((value) => safeValue(value)) };
}

type Write = (level: Level, fields: Record<string, unknown>, message: string) => void;

function wrap(write: Write, bound: Record<string, unknown>): Logger {
  const at = (level: Level) => (message: string, fields?: LogFields) =>
    write(level, fields === undefined ? bound : { ...bound, ...safeFields(fields) }, message);
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => wrap(write, { ...bound, ...safeFields(fields) }),
  };
}
