import { findChromium, isBrowserRequired, NO_BROWSER } from './chromium.ts';

/** Says once, before all tests, when those in a browser are left out. */
export function setup(): void {
  const { env } = process;
  if (findChromium(env) !== undefined || isBrowserRequired(env)) return;
  process.stdout.write(`Browser tests are skipped: ${NO_BROWSER}.\n`);
}
