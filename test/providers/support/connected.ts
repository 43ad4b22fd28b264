import { expect } from 'vitest';
import { AppError } from '../../../src/domain/errors.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { Provider } from '../../../src/ports/provider.ts';
import type { ProviderCase } from '../../contract/provider-case.ts';
import { type Loopback, type Respond, startLoopback } from './loopback.ts';
import { type RecordingLogger, recordingLogger } from './recording-logger.ts';

export interface Connected {
  readonly provider: Provider;
  readonly server: Loopback;
  readonly logger: RecordingLogger;
}

/** A case's provider against its server, where `first` may answer before the case's own organization does. */
export async function connected(
  testCase: ProviderCase,
  first: (...request: Parameters<Respond>) => ReturnType<Respond> | undefined = () => undefined,
): Promise<Connected> {
  const server = await startLoopback((request) => first(request) ?? testCase.organization(request));
  const logger = recordingLogger();
  const provider = testCase.connect({
    connectionId: 'test',
    readKey: new Secret(testCase.adminKey),
    writeKey: new Secret(testCase.writeKey),
    baseUrl: `${server.origin}${testCase.basePath}`,
    logger,
  });
  return { provider, server, logger };
}

export async function failureOf(promise: Promise<unknown> | undefined): Promise<AppError> {
  const outcome = await Promise.allSettled([promise]);
  const reason: unknown = outcome[0]?.status === 'rejected' ? outcome[0].reason : undefined;
  expect(reason).toBeInstanceOf(AppError);
  return reason as AppError;
}
