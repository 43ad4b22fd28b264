import type { Scrub } from '../../domain/scrub.ts';
import type { Logger } from '../../ports/logger.ts';

type SdkLog = (message: string, ...details: unknown[]) => void;

export interface SdkLogger {
  readonly error: SdkLog;
  readonly warn: SdkLog;
  readonly info: SdkLog;
  readonly debug: SdkLog;
}

/** A logger for the SDKs that keeps the headline and drops the details, where bodies and headers would be. */
export function createSdkLogger(logger: Logger, scrub: Scrub): SdkLogger {
  return {
    error: (message) => logger.warn(`provider SDK: ${scrub(String(message))}`),
    warn: (message) => logger.warn(`provider SDK: ${scrub(String(message))}`),
    info: () => undefined,
    debug: () => undefined,
  };
}
