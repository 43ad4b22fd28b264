import { join } from 'node:path';
import { inject } from 'vitest';
import { BOOT, bundle } from './bundle.ts';

const outfile = join(inject('programs'), `keysteward-${process.pid}.cjs`);
await bundle({ entry: 'src/cli.ts', outfile });

/** Node's arguments that run `keysteward` from these sources: made once for all tests of a worker. */
export const KEYSTEWARD: readonly string[] = [BOOT, outfile];
