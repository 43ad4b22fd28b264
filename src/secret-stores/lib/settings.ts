import { z } from 'zod';
import { parseServiceUrl } from '../../domain/service-address.ts';

/** An address that credentials are sent to. */
export const address = z
  .string()
  .refine((text) => {
    const url = parseServiceUrl(text);
    return url instanceof URL && url.search === '' && url.hash === '';
  }, 'is not an address that credentials may be sent to')
  .transform((text) => text.replace(/\/+$/, ''))
  .describe('an https:// address without a ? or a # part, or http:// for this machine only');

/** A name that goes into a path of the service's interface, or onto a command line. */
export const word = (advice: string) =>
  z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_./-]*$/)
    .describe(advice);
