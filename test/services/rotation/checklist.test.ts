import { expect, test } from 'vitest';
import { checkOff, describeChecklist } from '../../../src/services/rotation/checklist.ts';
import { openRotation } from '../../../src/services/rotation/open-rotation.ts';
import { present } from '../../support/bench-deps.ts';
import { ADA, ask, BOB, benchWithKeys, runToTheEnd, verbs } from '../../support/requests.ts';

test('the list of an emergency says who has done what: by a word once, by the bot with a paper, and by what is shown', async () => {
  const bench = await benchWithKeys();
  const key = await bench.keyOf('key_1');
  const purpose = { kind: 'emergency', isPublic: true } as const;
  const open = { actor: ADA, keyId: key.id, alertId: null, reason: 'it is on the web', purpose };
  const { rotation } = await openRotation(bench.deps, open);
  const check = (item: 'tell' | 'support' | 'stop', actor = ADA) =>
    checkOff(bench.deps, { actor, rotationId: rotation.id, item });

  await check('tell');
  await check('tell', BOB);
  await check('support');
  await expect(check('stop')).rejects.toThrow('ticks itself');
  await ask(bench, 'key_1');
  await runToTheEnd(bench);

  const { lines } = present(await describeChecklist(bench.deps, rotation.id));
  const done = lines.filter((line) => line.done !== null).map((line) => [line.item, line.done?.by]);
  expect(done).toEqual([
    ['stop', 'slack:T1/U0ADA'],
    ['tell', 'slack:T1/U0ADA'],
    ['support', 'slack:T1/U0ADA'],
  ]);
  expect(verbs(bench).filter((verb) => verb === 'rotation.checked')).toHaveLength(2);
  expect(bench.outbox().filter((row) => row.startsWith('rotation_paper'))).toEqual([
    `rotation_paper ${rotation.id}:support pending`,
  ]);
});
