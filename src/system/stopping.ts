/** Whether `work` has ended within this time. It goes on if not: what it still does nobody waits for. */
export async function endsWithin(lengthMs: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), lengthMs);
  });
  const ended = await Promise.race([work.then(() => true), timeout]);
  clearTimeout(timer);
  return ended;
}

/** Resolves at SIGTERM or SIGINT. The process then ends within this time, whatever hangs; a second signal ends it at once. */
export function signalled(endWithinMs: number): Promise<void> {
  return new Promise((resolve) => {
    let signals = 0;
    const onSignal = (): void => {
      signals += 1;
      if (signals > 1) process.exit(1);
      setTimeout(() => process.exit(1), endWithinMs).unref();
      resolve();
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}
