import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError } from '../../../src/domain/errors.ts';
import { isOver, stepOf } from '../../../src/domain/rotation.ts';
import { HOUR_MS } from '../../../src/domain/time.ts';
import { runDueActions } from '../../../src/services/actions/execute-action.ts';
import { readEarlyEnd } from '../../../src/services/rotation/early-end.ts';
import { tickFoundKeys } from '../../../src/services/rotation/find-new-keys.ts';
import { followOldKeys } from '../../../src/services/rotation/follow-old-keys.ts';
import { verifyStep } from '../../../src/services/rotation/verify-step.ts';
import { later } from '../../support/bench-deps.ts';
import { type Answer, appliedBut, failing, ignored } from '../../support/fake-provider.ts';
import { ADA, askOnly } from '../../support/requests.ts';
import { askForKey, type MakingBench, makingBench, newAndLive } from './making-bench.ts';
import { read, step } from './support.ts';

const lost = appliedBut('provider_outcome_unknown');
const ANSWERS: Readonly<Record<string, Answer>> = {
  lost,
  failed: failing('provider_outcome_unknown'),
  busy: failing('provider_rate_limited'),
  denied: failing('provider_denied'),
  ignored,
};

type Move = (made: MakingBench) => Promise<unknown>;

const script =
  (method: 'createKey' | 'revoke' | 'listKeys', answer: string): Move =>
  async ({ bench }) =>
    bench.provider.script(method, ANSWERS[answer] ?? lost);

/** What the provider, the store and people do, in any order. */
const MOVES: Readonly<Record<string, Move>> = {
  'a creation is lost': script('createKey', 'lost'),
  'a creation fails': script('createKey', 'failed'),
  'a creation is put off': script('createKey', 'busy'),
  'a deletion is lost': script('revoke', 'lost'),
  'a deletion is denied': script('revoke', 'denied'),
  'a deletion does nothing': script('revoke', 'ignored'),
  'the list cannot be read': script('listKeys', 'busy'),
  'the store is down': async ({ vault }) => vault.script('write', 'store_unavailable'),
  'the store refuses': async ({ vault }) => vault.script('write', 'store_rejected'),
  'the store’s answer is lost': async ({ vault }) =>
    vault.script('write', { code: 'store_outcome_unknown', applied: true }),
  'somebody asks for a key': askForKey,
  'what is due is done': ({ deps }) => runDueActions(deps),
  'an hour passes': async ({ bench }) => later(bench, HOUR_MS),
  'the keys are listed': async ({ bench, deps }) => {
    await bench.sync();
    await tickFoundKeys(deps);
    await followOldKeys(deps);
  },
  'the new key is deleted in the console': async ({ bench }) => {
    const [id] = newAndLive(bench);
    if (id !== undefined) bench.provider.change(id, { status: 'archived' });
  },
  'the making is taken back': ({ bench, rotation }) => step(bench, rotation, 'generate', { event: 'undo' }),
  'it is stored by hand': ({ bench, rotation }) => step(bench, rotation, 'store'),
  'it is rolled out': ({ bench, rotation }) => step(bench, rotation, 'redeploy'),
  'it is verified with a reason': async ({ bench, deps, rotation }) => {
    const { revision } = stepOf(await read(bench, rotation), 'verify');
    await verifyStep(deps, { actor: ADA, rotationId: rotation.id, revision, reason: 'we looked ourselves' });
  },
  'the old key is revoked by who was not told': ({ bench }) => askOnly(bench, 'key_1', { kind: 'revoke' }),
  'the old key is revoked by who was told': async ({ bench, deps }) => {
    const card = await readEarlyEnd(deps, (await bench.keyOf('key_1')).id);
    await askOnly(bench, 'key_1', { kind: 'revoke', told: card === null ? [] : [card] });
  },
};

/** A refusal is an answer too. */
async function play(made: MakingBench, name: string): Promise<void> {
  try {
    await MOVES[name]?.(made);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
}

const isVerified = async ({ bench, rotation }: MakingBench) =>
  isOver(stepOf(await read(bench, rotation), 'verify').state);
const isRevoked = ({ bench }: MakingBench) => bench.provider.effects.includes('revoke key_1');
const isOverridden = ({ bench }: MakingBench) => bench.audit().some(({ verb }) => verb === 'rotation.end_overridden');

// What the rest is about happens more often than what disturbs it.
const OFTEN = ['somebody asks for a key', 'what is due is done', 'the making is taken back', 'an hour passes'];
const move = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(...Object.keys(MOVES)) },
  { weight: 1, arbitrary: fc.constantFrom(...OFTEN) },
);

test('whatever happens, one new key works at most, and the old one never ends early without a word', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(move, { minLength: 6, maxLength: 30 }), async (moves) => {
      const made = await makingBench({ acts: ['revoke'], disable: 'irreversible' });
      // Whoever asked while it was verified was right to.
      let mayEnd = false;
      for (const [index, name] of moves.entries()) {
        const wasRevoked = isRevoked(made);
        mayEnd ||= name.startsWith('the old key is revoked') && (await isVerified(made));
        await play(made, name);
        const so = `after ${moves.slice(0, index + 1).join(', ')}`;
        expect(newAndLive(made.bench).length, so).toBeLessThanOrEqual(1);
        if (!wasRevoked && isRevoked(made)) expect(mayEnd || isOverridden(made), so).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);
