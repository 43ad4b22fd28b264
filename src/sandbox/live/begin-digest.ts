import type { KeystewardApp } from '../../app.ts';
import { DAY_MS, MINUTE_MS } from '../../domain/time.ts';
import { readDigest, turnsOf } from '../../services/digest/read-digest.ts';
import { changeLineage } from '../../services/inventory/change-lineage.ts';
import type { Stage } from '../stage.ts';
import type { Scenario } from '../world/index.ts';

const CHANNEL = 'ai-keys';
/** A Monday, nine o'clock in Berlin, the day after the clocks were set back. */
const NINE = Date.UTC(2026, 9, 26, 8);
const LEAK_AT = NINE - 32 * MINUTE_MS;
const CATCHER = 'U0ANA';

export const digestDay: Scenario = {
  id: 'digest',
  title: 'A key leaks before breakfast and is caught; at nine the week is told',
  startAt: NINE - 35 * MINUTE_MS,
  endsAt: NINE + 2 * DAY_MS,
  pollMinutes: 5,
  leaks: () => [
    {
      provider: 'anthropic',
      keyName: 'staging-ci',
      startedAt: LEAK_AT,
      endsAt: NINE + DAY_MS,
      usdPerHour: 265,
      model: 'claude-opus-4-1',
    },
  ],
};

export const DIGEST_POLICY = `
calendar: { timezone: Europe/Berlin }
digest: { founders: [U0CHRIS] }
`;

/** What the weeks before were told to be; the newest last. */
const SCORES = [55, 58, 58, 62, 61, 66, 69] as const;

/** A leak is caught, the job tells the digest at nine, and the story opens a few minutes later. */
export async function beginDigest(stage: Stage): Promise<void> {
  await stage.playUntil(LEAK_AT + 20 * MINUTE_MS);
  await suspendLeaked(stage);
  await giveOwners(stage);
  await stage.playUntil(NINE + 2 * MINUTE_MS);
}

/** Ana reads the alert and presses the button. */
async function suspendLeaked(stage: Stage): Promise<void> {
  const person = stage.slack.person(CATCHER);
  const alert = person.messages(CHANNEL).find(({ blocks }) => JSON.stringify(blocks).includes('"key_suspend"'));
  if (alert === undefined) return;
  await stage.during(() => person.click({ channel: alert.channel, ts: alert.ts, actionId: 'key_suspend' }));
  await stage.settle();
  const form = person.views.at(-1);
  if (form === undefined) return;
  await stage.during(() => person.submit(form.id, { reason: { value: 'nobody here calls that model' } }));
  await stage.settle();
  const after = person.views.at(-1);
  if (after !== undefined) await stage.during(() => person.closeView(after.id, { all: true }));
}

/** Some keys have been claimed in the weeks before; the others are what is to do. */
async function giveOwners({ app: { deps } }: Stage): Promise<void> {
  const owners: Readonly<Record<string, string>> = {
    'prod-api': 'U0ANA',
    'prod-assistant': 'U0ANA',
    'nightly-batch': 'U0DEE',
    'support-chat': 'U0BEN',
  };
  for (const { id, slug } of await deps.store.read.lineages.all()) {
    const ownerSlackId = owners[slug];
    if (ownerSlackId === undefined) continue;
    const actor = { kind: 'slack', userId: 'U0CHRIS', teamId: 'T0ACME' } as const;
    await changeLineage(deps, { actor, lineageId: id, revision: null, change: { ownerSlackId } });
  }
}

/** This installation has run for two months and kept what it told each Monday. */
export async function tellEarlierWeeks({ deps }: KeystewardApp): Promise<void> {
  const empty = await readDigest(deps);
  for (const [index, turn] of turnsOf(deps, SCORES.length).entries()) {
    const card = { ...empty, turn, score: SCORES[index] ?? 0, madeAt: turn.dueAt };
    await deps.store.write((tx) => tx.digests.insert({ week: turn.week, dueAt: turn.dueAt, madeAt: turn.dueAt, card }));
  }
}
