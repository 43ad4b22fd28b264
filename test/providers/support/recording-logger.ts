import { inspect } from 'node:util';
import type { LogFields, Logger } from '../../../src/ports/logger.ts';

export interface RecordingLogger extends Logger {
  readonly lines: string[];
}

/** Keeps each line with its fields as text, as a person would find it in a log. */
export function recordingLogger(lines: string[] = []): RecordingLogger {
  const record = (level: string) => (message: string, fields?: LogFields) => {
    lines.push(`${level} ${message} ${inspect(fields, { depth: 10 })}`);
  };
  return {
    lines,
    debug: record('debug'),
    info: record('info'),
    warn: record('warn'),
    error: record('error'),
    child: () => recordingLogger(lines),
  };
}
