import cron from 'node-cron';
import type { Ticker } from '../ports/ticker.ts';

/** Ticks at once and at the start of every minute. What is due is decided by whoever is ticked. */
export const minuteTicker: Ticker = (onTick) => {
  onTick();
  const task = cron.schedule('* * * * *', onTick);
  return () => {
    void task.destroy();
  };
};
