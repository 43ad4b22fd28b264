import { AppError } from '../domain/errors.ts';
import { MINUTE_MS } from '../domain/time.ts';
import type { Message, Person, SlackStandIn, View } from './slack/index.ts';
import type { Stage } from './stage.ts';

const STOP_BUTTONS = ['key_suspend', 'key_revoke'];
const REASON = 'spend that nobody here can explain';

/**
 * The on-call engineer of the stories: sees an alert about a stolen key, needs some minutes to wake up, and stops it.
 * She knows an honest burst when she sees one and leaves those keys alone.
 */
export function startResponder(stage: Stage, { userId, minutes }: { userId: string; minutes: number }): () => void {
  const person = stage.slack.person(userId);
  const seen = new Set<string>();
  const failures: unknown[] = [];
  const off = stage.slack.onChange(() => {
    for (const message of person.visibleMessages('ai-keys')) {
      if (seen.has(message.ts) || stopButton(message) === undefined || !isAboutTheft(stage, message)) continue;
      seen.add(message.ts);
      stage.clock.timer(stage.clock.now() + minutes * MINUTE_MS, () => {
        void stage
          .during(() => stopKey(stage.slack, person, message.ts))
          .catch((error: unknown) => failures.push(error));
      });
    }
  });
  return () => {
    off();
    if (failures.length > 0) throw failures[0];
  };
}

function isAboutTheft(stage: Stage, message: Message): boolean {
  // A second key of the same name gets a number behind its slug.
  return stage.world.leaks.some(({ keyName }) => new RegExp(`^${keyName}(-\\d+)? is `).test(message.text));
}

/** Clicks the mildest stop button of an alert and fills in the modal that opens. */
export async function stopKey(slack: SlackStandIn, person: Person, ts: string): Promise<void> {
  const message = person.visibleMessages('ai-keys').find((one) => one.ts === ts);
  const actionId = message && stopButton(message);
  // Somebody was faster: the card has no button any more.
  if (message === undefined || actionId === undefined) return;
  for (const view of [...person.views].reverse()) await person.closeView(view.id);
  await person.click({ channel: message.channel, ts, actionId });
  const view = await formOf(slack, person);
  const slug = slugToType(view);
  const result = await person.submit(view.id, {
    reason: { value: REASON },
    ...(slug === undefined ? {} : { slug: { value: slug } }),
  });
  if (!result.acked || result.errors !== undefined) {
    throw new AppError({
      code: 'internal',
      message: `the modal was refused: ${JSON.stringify(result)}`,
      publicMessage: 'The simulated responder could not submit the modal.',
    });
  }
}

function stopButton(message: Message): string | undefined {
  const text = JSON.stringify(message.blocks);
  return STOP_BUTTONS.find((id) => text.includes(`"action_id":"${id}"`));
}

/** The modal opens as a loading page first; this waits for the form, or for the page that says why there is none. */
function formOf(slack: SlackStandIn, person: Person): Promise<View> {
  return new Promise((resolve, reject) => {
    const check = (): void => {
      const view = person.views.at(-1);
      if (view === undefined) return;
      if (view.body['submit'] !== undefined) done(() => resolve(view));
      else if (!JSON.stringify(view.body).includes('Looking it up')) {
        done(() => reject(new Error(`no form: ${JSON.stringify(view.body)}`)));
      }
    };
    const off = slack.onChange(check);
    const done = (settle: () => void): void => {
      off();
      settle();
    };
    check();
  });
}

/** For a key that counts as production the label says what to type. */
function slugToType(view: View): string | undefined {
  return /Type (\S+) to confirm/.exec(JSON.stringify(view.body))?.[1];
}
