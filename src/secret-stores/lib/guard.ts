import type { Call, Link } from './link.ts';
import { toStoreError } from './store-error.ts';

/** Runs one operation of a store: it ends in time, whatever its client does, and throws AppError only. */
export async function guard<T>(link: Link, call: Call, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = AbortSignal.timeout(link.timeoutMs);
  const signal = call.signal === undefined ? deadline : AbortSignal.any([call.signal, deadline]);
  let stopListening = () => {};
  const ended = new Promise<never>((_, reject) => {
    const end = () => reject(new DOMException('no answer in time', 'TimeoutError'));
    signal.addEventListener('abort', end, { once: true });
    stopListening = () => signal.removeEventListener('abort', end);
  });
  try {
    signal.throwIfAborted();
    return await Promise.race([work(signal), ended]);
  } catch (thrown) {
    throw toStoreError(thrown, link, call);
  } finally {
    stopListening();
  }
}
