import type { View } from '@slack/types';
import type { Rotation } from '../../domain/rotation.ts';
import { stopwatchLength } from '../../domain/time.ts';
import type { KeySummary } from '../../services/inventory/list-keys.ts';
import type { DrillRecord } from '../../services/rotation/drill.ts';
import { INPUT, noticeModal, plain } from './action-modal.ts';
import { section, sections } from './blocks.ts';
import { KEYS_BLOCK, optionsOf } from './pick-keys-modals.ts';
import { progressText } from './rotation-words.ts';
import { actorMention, dayAndTime, escaped, type Locale } from './text.ts';

export const DRILL_MODAL = 'rotation_drill';
export const DRILL_TITLE = 'Drill';

export interface DrillModalState {
  readonly keys: readonly KeySummary[];
  readonly keyId: string | null;
  readonly past: readonly DrillRecord[];
}

/** Says what a drill is, how the last ones went, and asks for the key. */
export function drillModal({ keys, keyId, past }: DrillModalState, locale: Locale): View {
  const options = optionsOf(keys, ({ key }) => key.id, locale);
  const chosen = options.find(({ value }) => value === keyId) ?? options[0];
  if (chosen === undefined) return noticeModal(DRILL_TITLE, 'There is no working key that you may rotate.');
  const lines = past.map((drill) => `• ${drillText(drill, locale)}`);
  return {
    type: 'modal',
    callback_id: DRILL_MODAL,
    title: plain(DRILL_TITLE),
    submit: plain('Start the drill'),
    close: plain('Cancel'),
    blocks: [
      section(
        'Every step is walked in a thread of the alert channel, marked as a drill. *Nothing is changed* at the provider, in a secret store or at a deploy hook. The times are kept.',
      ),
      {
        type: 'input',
        block_id: KEYS_BLOCK,
        label: plain('Key'),
        element: { type: 'static_select', action_id: INPUT, options, initial_option: chosen },
      },
      ...(lines.length === 0 ? [] : sections(['*Drills so far*', ...lines])),
    ],
  };
}

/** `prod-api, Oct 3, @ana: 12 minutes (generate 2 minutes, …)`. */
function drillText({ rotation, slug, lengthMs, steps }: DrillRecord, locale: Locale): string {
  const who = `${escaped(slug)}, ${dayAndTime(rotation.startedAt, locale)}, ${actorMention(rotation.driver)}`;
  if (rotation.state !== 'done' || lengthMs === null) return `${who}: ${rotation.state}, ${progressText(rotation)}`;
  return `${who}: ${stopwatchLength(lengthMs)} (${drillTimes(steps)})`;
}

/** `generate, store 40 seconds, redeploy 2 minutes`: what was ticked together stands together. */
export function drillTimes(steps: DrillRecord['steps']): string {
  const parts: { names: string[]; lengthMs: number }[] = [];
  for (const { step, lengthMs } of steps) {
    const last = parts.at(-1);
    if (last !== undefined && lengthMs === 0) last.names.push(step);
    else parts.push({ names: [step], lengthMs });
  }
  return parts.map(({ names, lengthMs }) => `${names.join(', ')} ${stopwatchLength(lengthMs)}`).join(' · ');
}

/** For status: when somebody last rehearsed, and how long it took. `slug` is mrkdwn. */
export function lastDrillText(drill: Rotation, slug: string, locale: Locale): string {
  const took = drill.closedAt === null ? progressText(drill) : stopwatchLength(drill.closedAt - drill.startedAt);
  return `last drill: ${slug}, ${dayAndTime(drill.startedAt, locale)}, ${drill.state}, ${took}`;
}
