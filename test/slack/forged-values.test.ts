import type { View } from '@slack/types';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { assertMessage, assertView } from '../../src/sandbox/slack/strictness/index.ts';
import { interactions } from '../../src/slack/actions/index.ts';
import { decodeChoice } from '../../src/slack/button-value.ts';
import type { ButtonHandler, Submission, SubmitHandler } from '../../src/slack/interaction.ts';
import type { Rendered } from '../../src/slack/views/blocks.ts';
import { START_MODAL } from '../../src/slack/views/campaign-modals.ts';
import { BEGIN } from '../../src/slack/views/departure-modals.ts';
import { DRILL_MODAL } from '../../src/slack/views/drill.ts';
import { REGISTER_MODAL } from '../../src/slack/views/register-modal.ts';
import { ADMIN, filledIn, PERSON, RESPONDER } from './support/command-bench.ts';
import {
  type Forgery,
  FUZZ_RUNS,
  FUZZ_TIMEOUT_MS,
  forgedFor,
  forgedFrom,
  openForgery,
  PEOPLE,
  typed,
} from './support/forgery.ts';
import { KEY_LIKE_TEXTS } from './support/nasty.ts';

vi.setConfig({ testTimeout: FUZZ_TIMEOUT_MS });

const buttons = interactions.filter((one): one is ButtonHandler => one.kind === 'button');
const submits = interactions.filter((one): one is SubmitHandler => one.kind === 'submit');

const RUNS_EACH = FUZZ_RUNS / PEOPLE.length;

describe('whatever a button carries', () => {
  test('it is done or refused with one sentence, and without an id that exists nothing changes', async () => {
    const forgery = await openForgery();
    const { bench, values } = forgery;
    const power = watchPower(forgery);

    const pressed = fc
      .constantFrom(...buttons)
      .chain((handler) => fc.tuple(fc.constant(handler), forgedFor(handler.id, values)));
    const property = ({ ids, mayAct }: (typeof PEOPLE)[number]) =>
      fc.asyncProperty(pressed, fc.constantFrom(...ids), async ([handler, value], userId) => {
        bench.views.length = 0;
        const before = power.rows();
        const answers: Rendered[] = [];
        const keep = async (rendered: Rendered) => void answers.push(rendered);
        const place = {
          triggerId: 'x',
          channel: 'C0AIKEYS',
          viewId: null,
          isEphemeral: false,
          reply: keep,
          replace: keep,
        };

        const refused = await refusalOf(async () =>
          handler.run(bench.context, { userId, teamId: 'T1', value, ...place }),
        );

        expect(answers.length + (refused === null ? 0 : 1)).toBeLessThanOrEqual(1);
        for (const answer of answers) assertMessage(answer);
        expectHarmless(bench.views, refused);
        // A line of /keys is for everybody to run, and names keys, not ids.
        if (!handler.id.startsWith('command_'))
          power.expectNone({ before, mayAct: mayAct.includes(userId), text: value });
      });
    for (const people of PEOPLE) await fc.assert(property(people), { numRuns: RUNS_EACH });

    expect(bench.provider.effects).toEqual([]);
  });

  test('a menu’s choice is read or refused with a sentence', () => {
    const part = fc.oneof(typed, fc.constantFrom('ack', 'ours', 'rotate', '00000001', '1', '-1', '1.5'));
    const choice = fc.oneof(
      fc.array(part, { maxLength: 6 }).map((parts) => parts.join('.')),
      fc
        .constantFrom('ack.00000001.00000001.1', 'ack..00000001.0')
        .chain((text) => fc.nat(text.length).map((end) => text.slice(0, end))),
    );
    fc.assert(
      fc.property(choice, (text) => {
        try {
          expect(decodeChoice(text).choice).toMatch(/^[a-z]+$/);
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid_input', publicMessage: expect.stringMatching(/^This button/) });
        }
      }),
      { numRuns: FUZZ_RUNS },
    );
  });
});

/** They make what they are about, or a field of theirs names it. */
const MAKERS: ReadonlySet<string> = new Set([REGISTER_MODAL, START_MODAL, DRILL_MODAL]);

describe('whatever a dialog carries', () => {
  test('each one is tried here', async () => {
    const { dialogs } = await openForgery();
    expect(new Set(dialogs.map((view) => view.callback_id))).toEqual(new Set(submits.map(({ id }) => id)));
  });

  test('it is checked and run, or refused with a sentence, and without an id that exists nothing changes', async () => {
    const forgery = await openForgery();
    const { bench, dialogs, ids: known } = forgery;
    const power = watchPower(forgery);
    const submission = fc.constantFrom(...submits).chain((handler) => {
      const own = dialogs.find((view) => view.callback_id === handler.id);
      const any = dialogs.map((view) => view.private_metadata ?? '');
      const metadata = fc.oneof(
        { weight: 3, arbitrary: forgedFrom([own?.private_metadata ?? '{}']) },
        { weight: 1, arbitrary: fc.constantFrom(...any) },
      );
      return fc.record({ handler: fc.constant(handler), metadata, fields: fieldsOf(own) });
    });

    const property = ({ ids, mayAct }: (typeof PEOPLE)[number]) =>
      fc.asyncProperty(submission, fc.constantFrom(...ids), async ({ handler, metadata, fields }, userId) => {
        const before = power.rows();
        const sent: Submission = { userId, teamId: 'T1', viewId: 'V1', privateMetadata: metadata, ...fields };

        const unchecked = await refusalOf(async () => {
          const checked = await handler.check(bench.context, sent);
          if (checked.ok) return expectHarmless([checked.view], null);
          for (const text of Object.values(checked.errors)) expect(text).toMatch(/[.?!…]$/);
        });
        expectHarmless([], unchecked);
        // Also what the check sent back, as a process that skipped it would.
        const refused = await refusalOf(async () => expectHarmless([await handler.run(bench.context, sent)], null));
        expectHarmless([], refused);
        // Of the dialogs only this one is about a person, by the id that Slack has for them.
        const isOfPerson = handler.id === BEGIN && metadata.includes(PERSON);
        const text = MAKERS.has(handler.id) || isOfPerson ? known.join() : metadata;
        power.expectNone({ before, mayAct: mayAct.includes(userId), text });
      });
    for (const people of PEOPLE) await fc.assert(property(people), { numRuns: RUNS_EACH });

    expect(bench.provider.effects).toEqual([]);
  });
});

test('a key pasted into the edit dialog is not shown back on the page that merges what others said', async () => {
  const { bench } = await openForgery();
  await bench.run('edit dev-web', ADMIN);
  const mine = bench.views.at(-1);
  await bench.submit({ 'workload:1': 'faster than the other' }, RESPONDER);
  if (mine !== undefined) bench.views.push(mine);

  const page = await bench.submit({ 'workload:1': `it is ${KEY_LIKE_TEXTS[0]}` }, ADMIN);

  expect(JSON.stringify(page)).toContain('faster than the other');
  expectHarmless(bench.views, null);
});

/** Null: it was done. Anything thrown that has no sentence for the person, or is our fault, is a bug. */
async function refusalOf(work: () => Promise<unknown>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof AppError && error.code !== 'internal' && error.code !== 'database') return error.publicMessage;
    throw error;
  }
}

function expectHarmless(views: readonly View[], refused: string | null): void {
  if (refused !== null) expect(refused).toMatch(/[.?!)…]$/);
  for (const view of views) assertView(view);
  // What a button or dialog carries came from Slack and only goes back there.
  const carried = new Set(['private_metadata', 'value']);
  const shown = JSON.stringify([views, refused], (name, value: unknown) => (carried.has(name) ? undefined : value));
  for (const key of KEY_LIKE_TEXTS) expect(shown).not.toContain(key);
}

/** Whatever changes is in the audit log, in the same transaction. */
function watchPower({ bench, ids }: Forgery) {
  const count = bench.raw().prepare<[], { rows: number }>('SELECT count(*) AS rows FROM audit');
  const rows = () => count.get()?.rows ?? 0;
  return {
    rows,
    expectNone({ before, mayAct, text }: { before: number; mayAct: boolean; text: string }) {
      if (mayAct && ids.some((id) => text.includes(id))) return;
      expect(rows()).toBe(before);
    },
  };
}

/** What the form had, with some of it typed over, left out or made up. */
function fieldsOf(view: View | undefined): fc.Arbitrary<Pick<Submission, 'values' | 'choices'>> {
  const filled = view === undefined ? {} : filledIn(view);
  const names = [...Object.keys(filled), 'reason', 'slug', 'alone', 'made-up'];
  const change = fc.record({
    name: fc.constantFrom(...names),
    text: typed,
    how: fc.constantFrom('type', 'type', 'choose', 'drop'),
  });
  return fc.array(change, { maxLength: 6 }).map((changes) => {
    const values: Record<string, string> = { ...filled };
    const choices: Record<string, readonly string[]> = Object.fromEntries(
      Object.entries(filled).map(([id, one]) => [id, one ? [one] : []]),
    );
    for (const { name, text, how } of changes) {
      if (how === 'drop') delete values[name];
      if (how === 'drop') delete choices[name];
      if (how === 'type') values[name] = text;
      if (how === 'choose') choices[name] = [text, 'public'];
    }
    return { values, choices };
  });
}
