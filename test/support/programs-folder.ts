import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { BUNDLES } from './bundle.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where workers make the programs that tests start. */
    programs: string;
  }
}

/** A folder for as long as the tests run: workers are ended without a chance to tidy up. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await mkdir(BUNDLES, { recursive: true });
  const folder = await mkdtemp(join(BUNDLES, 'programs-'));
  project.provide('programs', folder);
  return () => rm(folder, { recursive: true, force: true });
}
