import { AppError } from '../../domain/errors.ts';
import type { Meter } from '../../ports/meter.ts';
import type { Provider } from '../../ports/provider.ts';

type Failed = (error: unknown) => never;

/** The same provider; calls of it that fail are counted by our own error code. */
export function countFailures(provider: Provider, meter: Pick<Meter, 'providerFailed'>): Provider {
  const failed: Failed = (error) => {
    meter.providerFailed(provider.id, error instanceof AppError ? error.code : 'internal');
    throw error;
  };
  return new Proxy(provider, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...given: readonly unknown[]): unknown => watched(Reflect.apply(member, target, given), failed);
    },
  });
}

function watched(answer: unknown, failed: Failed): unknown {
  if (answer instanceof Promise) return answer.catch(failed);
  return isStream(answer) ? watchedStream(answer, failed) : answer;
}

async function* watchedStream(stream: AsyncIterable<unknown>, failed: Failed): AsyncIterable<unknown> {
  try {
    yield* stream;
  } catch (error) {
    failed(error);
  }
}

function isStream(answer: unknown): answer is AsyncIterable<unknown> {
  return typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer;
}
