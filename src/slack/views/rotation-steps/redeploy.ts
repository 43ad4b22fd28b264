import { stepOf } from '../../../domain/rotation.ts';
import { parseEvidence } from '../../../domain/rotation-evidence.ts';
import { plural } from '../../../domain/time.ts';
import type { RotationCard } from '../../../services/rotation/describe-rotation.ts';
import type { ConsumerCard } from '../../../services/rotation/read-work.ts';
import type { ButtonSpec } from '../blocks.ts';
import { actorMention, escaped, foreign } from '../text.ts';

const CONSUMERS_MAX = 20;
const PROBLEM_MAX = 300;

/** Who has to read the new value, and how far each of them is. */
export function redeployBody({ lineage, work: { consumers } }: RotationCard): readonly string[] {
  const names =
    consumers.length > 0 ? consumers.map(consumerLine) : lineage.consumers.map((name) => `• ${foreign(name)}`);
  if (names.length === 0) {
    return [
      'Restart or redeploy everything that uses the key, so that it reads the new value.',
      `Nobody has said yet what that is: look where the secret is referenced, and note it with \`/keys edit ${escaped(lineage.slug)}\`.`,
    ];
  }
  const more = names.length > CONSUMERS_MAX ? [`• and ${names.length - CONSUMERS_MAX} more`] : [];
  const done = consumers.filter(({ row }) => row.state === 'done').length;
  const head =
    done > 0
      ? `${done} of ${plural(consumers.length, 'consumer')} read the new value:`
      : 'Restart or redeploy everything that uses the key, so that it reads the new value:';
  return [head, ...names.slice(0, CONSUMERS_MAX), ...more];
}

function consumerLine({ row, hookTitle }: ConsumerCard): string {
  const name = foreign(row.consumer);
  const watch = row.url === null ? '' : ` · <${row.url}|watch it>`;
  switch (row.state) {
    case 'done':
      return `• :white_check_mark: ${name} – ${row.by === null ? 'done' : `done by ${actorMention(row.by)}`}${watch}`;
    case 'running': {
      const problem = row.problem === null ? '' : `, ${foreign(row.problem, PROBLEM_MAX)} Trying again`;
      return `• :hourglass_flowing_sand: ${name} – ${escaped(hookTitle ?? 'its hook')} is deploying it${problem}${watch}`;
    }
    case 'failed':
      return `• :warning: ${name} – failed: ${foreign(row.problem ?? '', PROBLEM_MAX)}${watch}`;
    case 'todo':
      return hookTitle === null ? `• ${name} – by hand` : `• ${name} – ${escaped(hookTitle)} deploys it`;
  }
}

export function redeployFacts({ rotation }: RotationCard): readonly string[] {
  const evidence = parseEvidence('redeploy', stepOf(rotation, 'redeploy').evidence);
  if (evidence === null || evidence.consumers === 0) return [];
  const hooks = evidence.byHook === 0 ? '' : `, ${evidence.byHook} by their deploy hooks`;
  return [`${plural(evidence.consumers, 'consumer')} read the new value${hooks}.`];
}

export function redeployButtons(
  { work: { consumers } }: RotationCard,
  spec: (actionId: string, label: string, style?: ButtonSpec['style']) => ButtonSpec,
): ButtonSpec[] {
  const open = consumers.filter(({ row }) => row.state !== 'done');
  if (open.length === 0) return [spec('rotation_done', 'Done', 'primary')];
  const canRetry = open.some(({ row }) => row.state === 'failed' && row.hook !== null);
  return [
    spec('rotation_tick', 'Tick off…', 'primary'),
    spec('rotation_done', 'All done'),
    ...(canRetry ? [spec('rotation_retry', 'Retry deployments')] : []),
  ];
}

/** A reply when a deployment has failed: what happened, and what to do by hand. */
export function deploymentFailedText(card: RotationCard, { row, hookTitle, byHand }: ConsumerCard): string {
  const { rotation, lineage } = card;
  const watch = row.url === null ? '' : ` <${row.url}|Watch it>.`;
  const hand = byHand.length === 0 ? '' : ` By hand: ${byHand.map((line) => foreign(line)).join(' ')}`;
  return `${actorMention(rotation.driver)}, ${foreign(row.consumer)} of ${escaped(lineage.slug)} does not read the new key yet: ${escaped(hookTitle ?? 'its hook')} failed. ${foreign(row.problem ?? '', PROBLEM_MAX)}${watch}${hand} *Retry deployments* in step 3 asks again; the old key works on.`;
}
