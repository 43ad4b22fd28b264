import type { EventHandler } from '../event.ts';
import { appHomeOpened } from './app-home-opened.ts';
import { userChange } from './user-change.ts';

/** Every event that is listened to. A test compares this list with the folder. */
export const events: readonly EventHandler[] = [appHomeOpened, userChange];
