import { hangs } from '../../../domain/action.ts';
import type { Key } from '../../../domain/key.ts';
import { isUnderWay } from '../../../services/rotation/creation-of.ts';
import type { RotationCard } from '../../../services/rotation/describe-rotation.ts';
import type { ByHandReason } from '../../../services/rotation/making.ts';
import { encodeActionButton } from '../../button-value.ts';
import type { ButtonSpec } from '../blocks.ts';
import { consoleLines } from '../console-lines.ts';
import { keyText } from '../rotation-words.ts';
import { actorMention, escaped, foreign } from '../text.ts';

const KEYS_MAX = 5;

/** What keeps Keysteward from making it, where somebody can change that. */
const WHY_BY_HAND: Readonly<Record<ByHandReason, string | null>> = {
  no_connection: null,
  provider: null,
  owner: 'A key of a person can be made by that person alone; one of a service account Keysteward can make by itself.',
  no_right: 'With a write key for this connection Keysteward can make it by itself.',
  no_place: 'Keysteward can make it by itself once policy says where its value is kept.',
};

/** How the new key comes to be, as it stands now. */
export function generateBody(card: RotationCard): readonly string[] {
  const { rotation, work } = card;
  const { creation, found } = work;
  if (rotation.kind === 'drill') {
    return ['Here the new key would be made and its value stored. Nothing is changed at the provider.'];
  }
  if (creation !== null && isUnderWay(creation)) return makingLines(card);
  if (found.kind === 'strays') return strayLines(found.keys);
  if (found.kind === 'unclear') return [...unclearLines(card, found.keys), ...byHandLines(card)];
  return work.byHand === null ? [offer(card)] : byHandLines(card);
}

function makingLines({ newName, work: { creation, place } }: RotationCard): readonly string[] {
  const where = place === null ? 'the secret store' : `${escaped(place.title)} (${foreign(place.reference)})`;
  const by = actorMention(creation?.requestedBy ?? '');
  const head = `:hourglass_flowing_sand: Keysteward is making it: ${escaped(newName)}, asked by ${by}. Its value goes straight into ${where}.`;
  if (creation === null || !hangs(creation)) return [head];
  return [
    head,
    `:warning: ${escaped(creation.problem ?? '')} It is tried again until it is done or somebody stops it.`,
  ];
}

function offer({ oldKey, newName, work: { place } }: RotationCard): string {
  const where = place === null ? 'the secret store' : `${escaped(place.title)} (${foreign(place.reference)})`;
  return `Keysteward can make the key that takes over from ${keyText(oldKey)}: *Make it for me…* makes ${escaped(newName)} for the same service account and puts its value straight into ${where}. Nobody sees it.`;
}

function strayLines(keys: readonly Key[]): readonly string[] {
  return [
    `:warning: ${keyList(keys)} came from a try of Keysteward whose outcome was lost: it works, and its value is stored nowhere. *Make it for me…* deletes it and makes another; or delete it in the provider’s console.`,
  ];
}

function unclearLines({ newName }: RotationCard, keys: readonly Key[]): readonly string[] {
  const which =
    keys.length === 1
      ? `Is ${keyList(keys)} the new key? It is not named ${escaped(newName)}`
      : `Which is the new key: ${keyList(keys)}`;
  return [`:question: ${which}${keys.length === 1 ? '.' : '?'} *Choose the key…* settles it.`];
}

function keyList(keys: readonly Key[]): string {
  const more = keys.length > KEYS_MAX ? ` and ${keys.length - KEYS_MAX} more` : '';
  return `${keys.slice(0, KEYS_MAX).map(keyText).join(', ')}${more}`;
}

function byHandLines({ oldKey, createSteps, newName, work }: RotationCard): readonly string[] {
  const { byHand, keyless } = work;
  const why = byHand === null ? null : WHY_BY_HAND[byHand];
  return [
    `Make the key that takes over from ${keyText(oldKey)}:`,
    ...consoleLines(createSteps, [`Call it exactly ${escaped(newName)}: by this name Keysteward finds it.`]),
    'Its value is shown once: put it straight into your secret store, never into Slack. This step ticks itself as soon as the key is in the key list, which is read every few minutes meanwhile.',
    ...(why === null ? [] : [`_${why}_`]),
    ...(keyless === null ? [] : [`_Perhaps it can do without a key: <${keyless.url}|${escaped(keyless.title)}>._`]),
  ];
}

/** The buttons of the step while it waits. */
export function generateButtons(
  { rotation, lineage, work }: RotationCard,
  spec: (actionId: string, label: string, style?: ButtonSpec['style']) => ButtonSpec,
): ButtonSpec[] {
  const { creation, found } = work;
  if (rotation.kind === 'drill') return [spec('rotation_make', 'Pretend it is made', 'primary')];
  if (creation !== null && isUnderWay(creation)) {
    const stop: ButtonSpec = {
      actionId: 'action_cancel',
      label: 'Stop trying',
      value: encodeActionButton({ actionId: creation.id }),
      accessibilityLabel: `Stop making the new key of ${lineage.slug}`,
    };
    return hangs(creation) && creation.state === 'pending' ? [stop] : [];
  }
  const canMake = work.byHand === null;
  const isAsked = found.kind === 'unclear';
  const choose = isAsked
    ? spec('rotation_key', 'Choose the key…', 'primary')
    : spec('rotation_key', 'Done…', ...primary(!canMake));
  return canMake ? [spec('rotation_make', 'Make it for me…', ...primary(!isAsked)), choose] : [choose];
}

function primary(isFirst: boolean): ['primary'] | [] {
  return isFirst ? ['primary'] : [];
}
