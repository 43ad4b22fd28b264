const MAX_IN_FLIGHT = 4;

/** Maps with a few calls in flight, results in order; the first failure stops the rest from starting. */
export async function mapInFlight<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = [...items.entries()];
  let failed = false;
  async function drain(): Promise<void> {
    for (let next = queue.shift(); next !== undefined && !failed; next = queue.shift()) {
      const [index, item] = next;
      try {
        results[index] = await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  }
  // All settled before the error leaves, so that no call is still under way when the caller goes on.
  const outcomes = await Promise.allSettled(Array.from({ length: MAX_IN_FLIGHT }, drain));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return results;
}
