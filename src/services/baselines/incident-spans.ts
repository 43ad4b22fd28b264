import type { Alert } from '../../domain/alert.ts';
import type { Span } from '../../domain/baseline.ts';
import type { Deps } from '../deps.ts';

/** When a lineage did what nobody wanted it to do, as people have confirmed: nothing to learn from. */
export async function incidentSpans(
  { store }: Pick<Deps, 'store'>,
  lineageId: string,
  { from, to }: Span,
): Promise<readonly Span[]> {
  const { alerts } = store.read;
  const spans: Span[] = [];
  for (const id of await alerts.idsOfLineage(lineageId)) {
    const alert = await alerts.get(id);
    if (alert === undefined || !isConfirmed(alert)) continue;
    const span = { from: alert.startedAt, to: alert.closedAt ?? to };
    if (span.from < to && span.to > from) spans.push(span);
  }
  return spans;
}

/** Somebody stopped it, or its owner said that it was not them; and nobody said later that it was theirs after all. */
function isConfirmed({ containedAt, ownerAsk, verdict, testOf }: Alert): boolean {
  return testOf === null && verdict === null && (containedAt !== null || ownerAsk?.answer === 'no');
}
