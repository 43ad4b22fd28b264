import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { interactions } from '../../src/slack/actions/index.ts';
import { decodeApproval, decodeButton, encodeApproval } from '../../src/slack/button-value.ts';
import type { SlackContext } from '../../src/slack/context.ts';
import type { Submission } from '../../src/slack/interaction.ts';
import { LOCALE } from './support/cards.ts';
import { FUZZ_RUNS, FUZZ_TIMEOUT_MS } from './support/forgery.ts';
import { nastyText } from './support/nasty.ts';
import { type Running, startRunning } from './support/running.ts';

// Thousands of gestures, on a machine that does other things as well.
vi.setConfig({ testTimeout: FUZZ_TIMEOUT_MS });

const TEAM = 'T0ACME';

const forged = fc.oneof(
  nastyText,
  fc.json(),
  fc
    .record({ v: fc.constant(1), a: fc.option(fc.string()), k: fc.string(), g: fc.integer() })
    .map((one) => JSON.stringify(one)),
  fc.record({ v: fc.constant(1), i: fc.oneof(fc.string(), fc.integer()) }).map((one) => JSON.stringify(one)),
  fc
    .record({
      kind: fc.constantFrom('suspend', 'revoke', 'explode'),
      keyId: fc.string(),
      alertId: fc.constant(null),
      generation: fc.integer(),
    })
    .map((one) => JSON.stringify(one)),
);

function contextOf({ deps, bolt, home }: Running): SlackContext {
  return {
    deps,
    client: bolt.client,
    identity: bolt.identity,
    locale: LOCALE,
    subcommands: [],
    configLines: [],
    home,
    policySettings: [],
  };
}

/** What it was answered with; anything but a sentence is a fault. */
async function answerOf(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AppError && error.code !== 'internal') return error.publicMessage;
    throw error;
  }
}

describe('a forged value', () => {
  test('of a button is read or refused with a sentence, never anything else', () => {
    fc.assert(
      fc.property(forged, (text) => {
        for (const decode of [decodeButton, decodeApproval]) {
          try {
            decode(text);
          } catch (error) {
            expect(error).toMatchObject({
              code: 'invalid_input',
              publicMessage: expect.stringMatching(/^This button/),
            });
          }
        }
      }),
      { numRuns: FUZZ_RUNS },
    );
    expect(decodeApproval(encodeApproval('approval_1'))).toBe('approval_1');
  });
});

test('no button and no dialog tells a guest anything about a key', async () => {
  const running = await startRunning();
  const context = contextOf(running);
  const gesture = { userId: 'U0GIL', teamId: TEAM };
  const { id: keyId, generation } = await running.keyOf('apikey_2');
  const metadata = { alertId: null, keyId, generation, kind: 'revoke', from: null, seen: '1 x' };
  const submission: Submission = {
    ...gesture,
    viewId: 'V1',
    privateMetadata: JSON.stringify(metadata),
    values: { reason: 'x', slug: 'prod-api', amount: '5' },
    choices: {},
  };

  for (const dialog of interactions) {
    if (dialog.kind !== 'submit') continue;
    const answer = String(await answerOf(dialog.run(context, submission)));
    // A dialog that carries something else is refused before anybody is looked up.
    expect([dialog.id, answer]).toEqual([
      dialog.id,
      expect.stringMatching(/active full members|another version|could not be read/),
    ]);
    expect(answer).not.toContain('prod-api');
  }
  expect(running.provider.effects).toEqual([]);
});
