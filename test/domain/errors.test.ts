import { describe, expect, test } from 'vitest';
import {
  AppError,
  type ErrorCode,
  isAppError,
  isRetryable,
  publicMessageOf,
  toError,
} from '../../src/domain/errors.ts';

const RETRY: Readonly<Record<ErrorCode, boolean>> = {
  invalid_input: false,
  invalid_config: false,
  not_found: false,
  forbidden: false,
  conflict: false,
  not_supported: false,
  provider_auth: false,
  provider_denied: false,
  provider_not_found: false,
  provider_rejected: false,
  provider_rate_limited: true,
  // An empty account does not fill up by asking again.
  provider_quota: false,
  provider_unavailable: true,
  provider_implausible: true,
  provider_outcome_unknown: true,
  slack_unavailable: true,
  slack_rejected: false,
  webhook_unavailable: true,
  webhook_rejected: false,
  store_unavailable: true,
  store_rejected: false,
  store_outcome_unknown: true,
  hook_unavailable: true,
  hook_rejected: false,
  hook_outcome_unknown: true,
  database: false,
  internal: false,
};

const errorOf = (code: ErrorCode) => new AppError({ code, message: 'for the log', publicMessage: 'For the person.' });

describe('an AppError', () => {
  test.each(Object.entries(RETRY))('%s: trying the same again makes sense is %s', (code, again) => {
    expect(isRetryable(errorOf(code as ErrorCode))).toBe(again);
  });

  test('carries its cause and the wait that was asked for', () => {
    const cause = new Error('socket hang up');
    const error = new AppError({ code: 'internal', message: 'm', publicMessage: 'p', cause, retryAfterMs: 3_000 });

    expect([error.cause, error.retryAfterMs, error.name]).toEqual([cause, 3_000, 'AppError']);
    expect('cause' in errorOf('internal')).toBe(false);
  });

  test('is told by its code', () => {
    expect(isAppError(errorOf('conflict'), 'conflict')).toBe(true);
    expect(isAppError(errorOf('conflict'), 'internal')).toBe(false);
    expect(isAppError(new Error('conflict'), 'conflict')).toBe(false);
  });
});

describe('whatever was thrown', () => {
  test('a person sees the public sentence, and nothing of a foreign error', () => {
    expect(publicMessageOf(errorOf('conflict'))).toBe('For the person.');
    expect(publicMessageOf(new TypeError('x is not a function'))).toMatch(/^Something went wrong inside Keysteward/);
    expect(publicMessageOf('secret detail')).not.toContain('secret detail');
  });

  test('the log sees an error', () => {
    const error = new Error('kept');

    expect(toError(error)).toBe(error);
    expect(toError('text').message).toBe('text');
    expect(toError(undefined).message).toBe('undefined');
  });

  test('only our own errors are tried again', () => {
    expect(isRetryable(Object.assign(new Error('fake'), { code: 'provider_unavailable' }))).toBe(false);
  });
});
