import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import { createGuardedFetch } from '../../../src/providers/lib/guarded-fetch.ts';
import { type Loopback, startLoopback } from '../support/loopback.ts';

describe('the guarded fetch', () => {
  let ours: Loopback;
  let other: Loopback;

  beforeEach(async () => {
    ours = await startLoopback(() => ({ status: 200, json: {}, headers: { 'set-cookie': 'a=b', 'retry-after': '1' } }));
    other = await startLoopback(() => ({ status: 200, json: {} }));
  });

  afterEach(async () => {
    await Promise.all([ours.close(), other.close()]);
  });

  const guarded = () => createGuardedFetch({ baseUrl: `${ours.origin}/v1`, key: new Secret('the-admin-key') });

  it('sends nothing to another host or outside the base path', async () => {
    const send = guarded();

    await expect(send(`${other.origin}/v1/keys`)).rejects.toThrow('another address');
    await expect(send(`${ours.origin}/elsewhere`)).rejects.toThrow('another address');
    expect([...ours.requests, ...other.requests]).toEqual([]);
  });

  it('sends only its own headers and gives back only those that are read', async () => {
    const response = await guarded()(`${ours.origin}/v1/keys`, {
      headers: { authorization: 'Bearer another', 'x-extra': 'yes' },
    });

    expect(ours.requests[0]?.headers).toMatchObject({ authorization: 'Bearer the-admin-key' });
    expect(ours.requests[0]?.headers).not.toHaveProperty('x-extra');
    expect([response.headers.get('retry-after'), response.headers.get('set-cookie')]).toEqual(['1', null]);
  });
});
