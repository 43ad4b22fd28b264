import { hostname } from 'node:os';
import { pid } from 'node:process';

/** `<host>:<pid>`: says to a person which process holds the database. */
export const leaseHolder = `${hostname()}:${pid}`;

/**
 * Whether a holder may still run. On this host its pid tells; the own pid means that an earlier process had it, as in a
 * container that restarts with the same name. On another host only time tells.
 */
export function holderMayRun(holder: string): boolean {
  const [host, holderPid] = splitHolder(holder);
  if (host !== hostname()) return true;
  return holderPid !== pid && isRunning(holderPid);
}

function splitHolder(holder: string): readonly [host: string, pid: number] {
  const colon = holder.lastIndexOf(':');
  return [holder.slice(0, colon), Number(holder.slice(colon + 1))];
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
