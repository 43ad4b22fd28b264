import { AppError } from '../../domain/errors.ts';
import { MINUTE_MS } from '../../domain/time.ts';
import type { Stage } from '../stage.ts';

const RESPONDER = 'U0ANA';
export const ROTATED_KEY = 'prod-assistant';
const NEW_KEY = `${ROTATED_KEY}-2026-10`;

/** Ana opens a rotation; outside of Slack the key's people make the new key and redeploy, as in any office. */
export async function beginRotation(stage: Stage): Promise<void> {
  const { slack, world, clock } = stage;
  // The first sync has to have seen the key.
  await stage.playUntil(clock.now() + MINUTE_MS);
  const person = slack.person(RESPONDER);
  await stage.during(() => person.command(`/keys rotate ${ROTATED_KEY}`, 'ai-keys'));
  await stage.settle();
  const form = person.views.at(-1);
  if (form === undefined) throw refused('no dialog opened');
  const result = await stage.during(() => person.submit(form.id, { reason: { value: 'the quarterly rotation' } }));
  await stage.settle();
  if (!result.acked || result.errors !== undefined) throw refused(JSON.stringify(result));
  for (const view of [...person.views].reverse()) await stage.during(() => person.closeView(view.id));

  const old = world.findKey('anthropic', ROTATED_KEY);
  if (old === undefined) throw refused('the key is not there');
  clock.timer(clock.now() + 3 * MINUTE_MS, () => {
    const { provider, scopeId, owner } = old;
    const fresh = world.createKey({ provider, scopeId, owner, name: NEW_KEY });
    clock.timer(clock.now() + 12 * MINUTE_MS, () => world.redeploy({ fromKeyId: old.id, toKeyId: fresh.id }));
  });
}

function refused(message: string): AppError {
  const publicMessage = 'The story could not begin: the rotation was refused.';
  return new AppError({ code: 'internal', message: `the rotation was refused: ${message}`, publicMessage });
}
