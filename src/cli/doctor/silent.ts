import { createLogger } from '../../system/logger.ts';
import { slackLogger } from '../../system/slack-logger.ts';

/** What these commands have to say stands in their lines; a log between them would only be noise. */
export const silentLogger = createLogger({ level: 'silent' });
export const silentSlackLogger = slackLogger(silentLogger);
