import type { InputBlock, KnownBlock } from '@slack/types';
import { ALONE_PER_DAY } from '../../domain/approval.ts';
import { formatLength, plural } from '../../domain/time.ts';
import type { ConsentCard } from '../../services/actions/describe-consent.ts';
import { section } from './blocks.ts';
import { mentionList } from './text.ts';

export const ALONE_BLOCK = 'alone';
export const ALONE = 'alone';
export const PUBLIC = 'public';

/** The part of a modal that says who else is needed, and offers to act alone; nothing where one person is enough. */
export function secondPersonBlocks(consent: ConsentCard | null): KnownBlock[] {
  if (consent === null) return [];
  const offers = consent.mayActAlone && consent.leftToday > 0;
  const used = consent.mayActAlone && !offers ? ` You have acted alone ${plural(ALONE_PER_DAY, 'time')} today.` : '';
  const who = section(`*A second person has to approve.* ${whoText(consent.approverIds, consent.withinMs)}${used}`);
  return offers ? [who, aloneInput(consent)] : [who];
}

/** Who is asked, for the last page of the modal, too. */
export function whoText(approverIds: readonly string[], withinMs: number): string {
  if (approverIds.length === 0) return 'Nobody else may: name a second person in policy.yml (roles).';
  return `${mentionList(approverIds)} can do that within ${formatLength(withinMs)}.`;
}

function aloneInput({ isBurning, leftToday }: ConsentCard): InputBlock {
  const condition = isBurning ? 'A critical alert is open.' : 'Only if the key is public: tick that as well.';
  return {
    type: 'input',
    block_id: ALONE_BLOCK,
    optional: true,
    label: plain('Nobody there?'),
    hint: plain(`${condition} The channel and every admin are told. ${plural(leftToday, 'time')} left for you today.`),
    element: {
      type: 'checkboxes',
      action_id: 'value',
      options: [
        { text: plain('I am alone: do it now without a second person'), value: ALONE },
        { text: plain('The key is public: anybody can have it'), value: PUBLIC },
      ],
    },
  };
}

function plain(text: string): { type: 'plain_text'; text: string } {
  return { type: 'plain_text', text };
}
