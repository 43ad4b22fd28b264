import { inspect } from 'node:util';
import { expect } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import type { ConnectOptions, Provider } from '../../src/ports/provider.ts';
import type { Transport } from '../../src/providers/lib/call.ts';
import type { ProviderCase } from './provider-case.ts';

/** Connects the case's provider to the case's server. */
export type Connect = (options?: Partial<ConnectOptions>, transport?: Transport) => Provider;

export async function failure(promise: Promise<unknown> | undefined): Promise<AppError> {
  try {
    await promise;
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(AppError);
    return thrown as AppError;
  }
  throw new Error('expected a failure, but the call succeeded');
}

export function caught(run: () => unknown): unknown {
  try {
    run();
  } catch (thrown) {
    return thrown;
  }
  throw new Error('expected a failure, but the call succeeded');
}

export function textOf(thrown: unknown): string {
  const message = thrown instanceof AppError ? `${thrown.publicMessage} ${thrown.stack}` : '';
  return `${message} ${inspect(thrown, { depth: 20, showHidden: true })}`;
}

export function expectNoSecret(testCase: ProviderCase, text: string): void {
  expect(text).not.toContain(testCase.adminKey);
  expect(text).not.toContain(testCase.writeKey);
}

/** Long enough for loopback, short enough to wait for. */
export const SHORT: Transport = { timeoutMs: 200 };
