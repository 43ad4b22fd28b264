import { expect, test } from 'vitest';
import { connectHook } from '../../src/deploy-hooks/lib/connect.ts';
import { loadClient } from '../../src/deploy-hooks/lib/load-client.ts';
import { webhook } from '../../src/deploy-hooks/webhook.ts';
import { AppError } from '../../src/domain/errors.ts';
import { DrivenClock } from '../../src/sandbox/driven-clock.ts';
import { recordingLogger } from '../providers/support/recording-logger.ts';

const REQUEST = { id: 'req_1', slug: 'prod-api', environment: 'production', at: 0 };

test('a hook whose package is missing does not stop the start, and says which command installs it', async () => {
  const logger = recordingLogger();
  const needy = {
    ...webhook,
    connect: () => loadClient('some-client', async () => Promise.reject(new Error('Cannot find package some-client'))),
  };
  const options = { name: 'web', settings: {}, credentials: new Map(), logger, clock: new DrivenClock(0) };
  const hook = await connectHook(needy, options);

  expect(hook.follows).toBe(false);
  for (const work of [hook.trigger(REQUEST), hook.checkAccess()]) {
    const error = await work.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({
      code: 'hook_rejected',
      publicMessage: expect.stringContaining('Run npm install some-client'),
    });
  }
  expect(logger.lines.join('\n')).toContain('error a deploy hook cannot be used');
});
