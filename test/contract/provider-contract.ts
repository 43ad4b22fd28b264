import { afterEach, beforeEach, describe } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import type { ConnectOptions } from '../../src/ports/provider.ts';
import type { Transport } from '../../src/providers/lib/call.ts';
import { type Loopback, startLoopback } from '../providers/support/loopback.ts';
import { type RecordingLogger, recordingLogger } from '../providers/support/recording-logger.ts';
import { expectNoSecret } from './expectations.ts';
import { describeIdentity } from './identity.ts';
import type { ProviderCase } from './provider-case.ts';
import { describeReading } from './reading.ts';
import { describeWriting } from './writing.ts';

/** What every provider adapter must do, through its real SDK, against a server on loopback. */
export function describeProviderContract(testCase: ProviderCase): void {
  describe(`${testCase.title} keeps the provider contract`, () => {
    let server: Loopback;
    let logger: RecordingLogger;

    beforeEach(async () => {
      server = await startLoopback(testCase.organization);
      logger = recordingLogger();
    });

    afterEach(async () => {
      await server.close();
      expectNoSecret(testCase, logger.lines.join('\n'));
    });

    const connect = (options: Partial<ConnectOptions> = {}, transport?: Transport) =>
      testCase.connect(
        {
          connectionId: 'test',
          readKey: new Secret(testCase.adminKey),
          writeKey: new Secret(testCase.writeKey),
          baseUrl: `${server.origin}${testCase.basePath}`,
          logger,
          ...options,
        },
        transport,
      );

    describe('reading', () => describeReading(testCase, connect, () => server));
    describe('writing', () => describeWriting(testCase, connect, () => server));
    describe('identity', () => describeIdentity(testCase, connect, () => server));
  });
}
