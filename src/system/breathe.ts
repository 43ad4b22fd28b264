import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Breathe } from '../ports/breathe.ts';

/** Resolves in the next turn of the event loop, after what waits there. */
export const breathe: Breathe = () => nextTurn();
