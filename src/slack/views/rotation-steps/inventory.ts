import { stepOf } from '../../../domain/rotation.ts';
import { parseEvidence } from '../../../domain/rotation-evidence.ts';
import type { RotationCard } from '../../../services/rotation/describe-rotation.ts';
import { keyText } from '../rotation-words.ts';
import { dayAndTime, escaped, type Locale } from '../text.ts';

export function inventoryWords({ rotation, lineage, newKey }: RotationCard): readonly string[] {
  if (rotation.kind === 'drill') return ['No key is moved: *Simulate* ticks this step.'];
  return [
    `${newKey === null ? 'The new key' : keyText(newKey)} joins ${escaped(lineage.slug)} by itself when it is verified: its owner, cap, consumers and history go on with the new key. It may be moved before that as well.`,
  ];
}

export function inventoryFacts({ rotation, lineage }: RotationCard, locale: Locale): readonly string[] {
  const evidence = parseEvidence('inventory', stepOf(rotation, 'inventory').evidence);
  if (evidence?.proof === 'simulated') return [];
  const next = evidence?.nextDueAt ? ` The calendar has its next turn ${dayAndTime(evidence.nextDueAt, locale)}.` : '';
  return [`The new key is the key of ${escaped(lineage.slug)} now.${next}`];
}
