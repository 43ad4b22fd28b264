import { LogLevel, type Logger as SlackLogger } from '@slack/bolt';
import type { Logger } from '../ports/logger.ts';
import { detailFields } from './logger.ts';

const RANK: Readonly<Record<LogLevel, number>> = {
  [LogLevel.DEBUG]: 0,
  [LogLevel.INFO]: 1,
  [LogLevel.WARN]: 2,
  [LogLevel.ERROR]: 3,
};

/** Our logger in the form that Slack's libraries ask for. Never below INFO: their DEBUG lines carry payloads. */
export function slackLogger(logger: Logger): SlackLogger {
  let named = logger;
  let level: LogLevel = LogLevel.INFO;
  const passes = (wanted: LogLevel) => RANK[wanted] >= RANK[level];
  return {
    debug: () => undefined,
    info: (...parts: unknown[]) => passes(LogLevel.INFO) && named.info(messageOf(parts), restOf(parts)),
    warn: (...parts: unknown[]) => passes(LogLevel.WARN) && named.warn(messageOf(parts), restOf(parts)),
    error: (...parts: unknown[]) => named.error(messageOf(parts), restOf(parts)),
    setLevel: (wanted) => {
      level = RANK[wanted] > RANK[LogLevel.INFO] ? wanted : LogLevel.INFO;
    },
    getLevel: () => level,
    setName: (name) => {
      named = logger.child({ component: name });
    },
  };
}

function messageOf(parts: readonly unknown[]): string {
  const texts = parts.filter((part) => typeof part === 'string');
  if (texts.length > 0) return texts.join(' ');
  return parts[0] instanceof Error ? parts[0].message : 'Message from the Slack library';
}

function restOf(parts: readonly unknown[]) {
  return detailFields(parts.filter((part) => typeof part !== 'string'));
}
