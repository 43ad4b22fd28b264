import type { View } from '@slack/types';
import { groupBy } from '../../domain/collections.ts';
import { countsAsProduction, STOPPED_STATUSES } from '../../domain/key.ts';
import { keepUntil } from '../../domain/stale-ladder.ts';
import { staleGroupOf } from '../../domain/staleness.ts';
import { DAY_MS } from '../../domain/time.ts';
import { requestAction } from '../../services/actions/request-action.ts';
import { keepStale } from '../../services/stale/answer-stale.ts';
import { askOwner } from '../../services/stale/ask-owners.ts';
import { cardsOf, type StaleCard } from '../../services/stale/describe-stale.ts';
import { authorise, requireViewer } from '../authorise.ts';
import { invalid } from '../commands/lib/pick-key.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler, CheckResult, Submission, SubmitHandler } from '../interaction.ts';
import { refusalText } from '../refusal.ts';
import { answerModal, noticeModal, REASON_BLOCK } from '../views/action-modal.ts';
import { sections } from '../views/blocks.ts';
import { KEYS_BLOCK, MAX_OPTIONS } from '../views/pick-keys-modals.ts';
import { STALE_BULK, staleBulkButton } from '../views/stale-list.ts';
import { BULK_ACTS, BULK_TITLE, type BulkAct, bulkModal, DAY_BLOCK, WHAT_BLOCK } from '../views/stale-modals.ts';
import { escaped, mention } from '../views/text.ts';
import { openModal } from './lib/open-modal.ts';

/** `Several at once…` of the list of quiet keys. */
export const staleBulk: ButtonHandler = {
  kind: 'button',
  id: STALE_BULK,
  run(context, click) {
    const { deps, locale } = context;
    const build = async () => {
      await requireViewer(context, click);
      const { d: days } = staleBulkButton.decode(click.value);
      const now = deps.clock.now();
      const cards = await cardsOf(deps, (entry) => {
        const group = staleGroupOf(entry.idle, days * DAY_MS, now);
        return entry.key.status === 'active' && entry.exemption === null && group !== null && group !== 'unknown';
      });
      return bulkModal(cards, { days, now }, locale);
    };
    return openModal(context, click, { title: BULK_TITLE, build });
  },
};

export const staleBulkSubmit: SubmitHandler = {
  kind: 'submit',
  id: STALE_BULK,

  async check({ deps }: SlackContext, { values, choices }: Submission): Promise<CheckResult> {
    const errors: Record<string, string> = {};
    if ((choices[KEYS_BLOCK] ?? []).length === 0) errors[KEYS_BLOCK] = 'Choose at least one key.';
    const act = actIn(values);
    if (act === undefined) errors[WHAT_BLOCK] = 'Choose what is to be done.';
    if (!values[REASON_BLOCK]?.trim()) errors[REASON_BLOCK] = 'Say in a few words why.';
    const until = keepUntil(values[DAY_BLOCK] ?? '', deps.clock.now(), deps.policy.calendar.timeZone);
    if (act === 'keep' && until === null) errors[DAY_BLOCK] = 'Choose a day from tomorrow on, at most a year ahead.';
    if (Object.keys(errors).length > 0) return { ok: false, errors };
    return { ok: true, view: noticeModal(BULK_TITLE, 'Working…') };
  },

  /** One after the other: what one key refuses does not keep the rest. */
  async run(context: SlackContext, submission: Submission): Promise<View> {
    await requireViewer(context, submission);
    const wanted = new Set(submission.choices[KEYS_BLOCK]?.slice(0, MAX_OPTIONS));
    const act = actIn(submission.values);
    if (act === undefined || wanted.size === 0) throw invalid('Nothing was chosen.');
    const cards = await cardsOf(context.deps, ({ key }) => wanted.has(key.id));
    const lines = act === 'ask' ? await askAll(context, submission, cards) : await eachOf(context, submission, cards);
    const missing = wanted.size - cards.length;
    if (missing > 0) lines.push('A key that you chose is not in the inventory any more.');
    return answerModal(BULK_TITLE, { blocks: sections(lines.map((line) => `• ${line}`)) });
  },
};

async function eachOf(context: SlackContext, submission: Submission, cards: readonly StaleCard[]): Promise<string[]> {
  const lines: string[] = [];
  for (const card of cards) {
    const said = await doOne(context, submission, card).catch((error: unknown) =>
      refusalText(context.deps.logger, error),
    );
    lines.push(`*${escaped(card.lineage.slug)}*: ${said}`);
  }
  return lines;
}

async function doOne(context: SlackContext, submission: Submission, { key, lineage }: StaleCard): Promise<string> {
  const { deps } = context;
  const { values } = submission;
  const reason = values[REASON_BLOCK] ?? '';
  if (actIn(values) === 'keep') {
    const actor = await authorise(context, { gesture: submission, act: 'edit', lineage });
    await keepStale(deps, { actor, keyId: key.id, day: values[DAY_BLOCK] ?? '', reason });
    return `kept until ${escaped(values[DAY_BLOCK] ?? '')}.`;
  }
  const actor = await authorise(context, { gesture: submission, act: 'suspend', lineage });
  if (countsAsProduction(lineage.environment)) {
    return `not suspended, since it counts as production: \`/keys suspend ${escaped(lineage.slug)}\` asks for its name.`;
  }
  const { id: keyId, generation } = key;
  const request = { actor, kind: 'suspend', keyId, generation, alertId: null, reason, typedSlug: null } as const;
  const outcome = await requestAction(deps, request);
  if (outcome.kind === 'waits') return 'waits for a second person: it cannot be undone.';
  return `its suspension is on its way; \`/keys restore ${escaped(lineage.slug)}\` takes it back.`;
}

/** Grouped: each owner gets one message, whatever was chosen. */
async function askAll(context: SlackContext, submission: Submission, cards: readonly StaleCard[]): Promise<string[]> {
  const lines: string[] = [];
  for (const [ownerId, theirs] of groupBy(cards, ({ facts }) => facts.ownerId)) {
    const names = (some: readonly StaleCard[]) => some.map(({ lineage }) => `*${escaped(lineage.slug)}*`).join(', ');
    if (ownerId === null) {
      lines.push(`${names(theirs)}: nobody to ask. \`/keys owner &lt;key&gt; @somebody\` names an owner.`);
      continue;
    }
    const isFree = ({ key, record }: StaleCard) =>
      !STOPPED_STATUSES.has(key.status) && (record === null || record.state === 'over');
    const free = theirs.filter(isFree);
    const busy = theirs.filter((card) => !isFree(card));
    if (busy.length > 0) lines.push(`${names(busy)}: not asked again; it is stopped, or under way already.`);
    if (free.length === 0) continue;
    try {
      const actor = await authorise(context, { gesture: submission, act: 'campaign', lineage: null });
      const asked = await askOwner(context.deps, ownerId, { entries: free, actor });
      lines.push(
        asked.length === 0
          ? `${names(free)}: changed just now; look at \`/keys stale\` again.`
          : `${names(free)}: ${mention(ownerId)} is asked in one message, in their working hours.`,
      );
    } catch (error) {
      lines.push(`${names(free)}: ${refusalText(context.deps.logger, error)}`);
    }
  }
  return lines;
}

function actIn(values: Submission['values']): BulkAct | undefined {
  return BULK_ACTS.find((act) => act === values[WHAT_BLOCK]);
}
