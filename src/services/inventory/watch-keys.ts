import { groupBy, inSlices } from '../../domain/collections.ts';
import type { DetectorInput } from '../../domain/detector.ts';
import type { Finding } from '../../domain/finding.ts';
import type { Provider } from '../../ports/provider.ts';
import { bareInput } from '../alerts/bare-input.ts';
import { listedFacts } from '../alerts/lineage-facts.ts';
import { recordFinding } from '../alerts/record-finding.ts';
import type { Deps } from '../deps.ts';
import { askedAbout } from '../rotation/asked-about.ts';
import { withNamedKeys } from '../rotation/named-keys.ts';

const SLICE = 100;

type WatchDeps = Pick<
  Deps,
  'store' | 'clock' | 'ids' | 'policy' | 'logger' | 'providers' | 'outlets' | 'detectors' | 'breathe'
>;

/** After a connection's keys were listed: what the list itself gives cause for, whatever the keys spend. */
export async function watchKeys(deps: WatchDeps, { connectionId }: Pick<Provider, 'connectionId'>): Promise<void> {
  const { keys, lineages, told } = deps.store.read;
  const listed = (await keys.all()).filter((key) => key.connectionId === connectionId);
  const asked = await askedAbout(deps.store.read, listed, deps.clock.now());
  const own = listed.map((key) => (asked.has(key.id) ? { ...key, announced: true } : key));
  // A new key is its old one's owner's from when it is named, however long its rotation takes.
  const keysOf = groupBy(await withNamedKeys(deps.store.read, own), ({ lineageId }) => lineageId);
  const known = await told.all();
  const findings: Finding[] = [];
  for (const lineage of await lineages.all()) {
    const facts = listedFacts(lineage, keysOf.get(lineage.id) ?? [], known);
    if (facts.keys.length > 0) findings.push(...detect(deps, bareInput(deps, lineage, facts)));
  }
  for (const slice of inSlices(findings, SLICE)) {
    for (const finding of slice) {
      const alert = await recordFinding(deps, finding);
      const { detectorId: detector, severity } = finding;
      deps.logger.info('finding recorded', { detector, alert: alert?.number ?? null, severity });
    }
    await deps.breathe();
  }
}

function detect({ detectors }: WatchDeps, input: DetectorInput): readonly Finding[] {
  return detectors.filter(({ occasion }) => occasion === 'inventory').flatMap((detector) => detector.detect(input));
}
