import { NOWHERE } from '../address.ts';
import { dormantAwake, dormantSeverity } from '../detectors/dormant-awake.ts';
import { unknownAddress } from '../detectors/unknown-address.ts';
import { unknownEndpoint } from '../detectors/unknown-endpoint.ts';
import { unknownModel } from '../detectors/unknown-model.ts';
import type { Severity } from '../finding.ts';
import type { RowKind } from '../records/row-store.ts';
import { severityOfStrangers, strangersOf } from '../strangers.ts';
import { DAY_MS } from '../time.ts';
import type { Check, CheckInput, Found } from './found.ts';
import type { KeyHistory } from './key-history.ts';

const NAMED = 5;

interface Unknown {
  readonly kind: string;
  /** What the finding calls it. */
  readonly field: string;
  readonly nameOf: (kind: RowKind) => string | null;
  readonly knownTo: (history: KeyHistory) => ReadonlySet<string>;
  /** Of what is new on a day. */
  readonly severityOf?: (names: readonly string[], input: CheckInput) => Severity;
}

export const checkModels: Check = checkUnknown({
  kind: unknownModel.id,
  field: 'model',
  nameOf: ({ model }) => model,
  knownTo: ({ models }) => models,
});

export const checkEndpoints: Check = checkUnknown({
  kind: unknownEndpoint.id,
  field: 'endpoint',
  nameOf: ({ endpoint }) => endpoint,
  knownTo: ({ endpoints }) => endpoints,
});

export const checkAddresses: Check = checkUnknown({
  kind: unknownAddress.id,
  field: 'address',
  nameOf: ({ address }) => address,
  knownTo: ({ addresses }) => addresses,
  severityOf: (names, { history, whereabouts }) => {
    const places = [...(history?.addresses ?? [])].map((address) => whereabouts.get(address) ?? NOWHERE);
    const countries = new Set(places.flatMap(({ country }) => country ?? []));
    const networks = new Set(places.flatMap(({ hosting }) => hosting ?? []));
    return severityOfStrangers(strangersOf(names, { countries, networks }, whereabouts));
  },
});

/** The first use on a day is enough. A history that names none of the sort knows none. */
function checkUnknown({ kind, field, nameOf, knownTo, severityOf = () => 'high' }: Unknown): Check {
  return (input) => {
    const { traffic, days, history } = input;
    const known = history === null ? null : knownTo(history);
    if (known === null || known.size === 0) return [];
    return days.flatMap(({ dayAt, from, to }): Found[] => {
      const seen = new Map<string, number>();
      let requests = 0;
      for (let index = from; index < to; index += 1) {
        const name = nameOf(traffic.kindOf(index));
        if (name === null || name === '' || known.has(name)) continue;
        if (!seen.has(name)) seen.set(name, traffic.at[index] ?? 0);
        requests += traffic.requests[index] ?? 0;
      }
      const firsts = [...seen].sort(([a, atA], [b, atB]) => atA - atB || (a < b ? -1 : 1));
      const [first] = firsts;
      if (first === undefined) return [];
      const names = firsts.slice(0, NAMED).map(([name]) => name);
      const evidence = { [field]: first[0], unknown: names, count: firsts.length, requests };
      const severity = severityOf([...seen.keys()], input);
      return [{ kind, severity, dayAt, at: first[1], evidence }];
    });
  };
}

/** The first traffic after a long silence, also one within the file. */
export const checkSilence: Check = ({ traffic, days, history, limits }) => {
  let lastAt = history?.lastUsedAt ?? null;
  return days.flatMap(({ dayAt, from, to }): Found[] => {
    let found: Found | null = null;
    for (let index = from; index < to; index += 1) {
      const startAt = traffic.startAt[index] ?? 0;
      const quietDays = lastAt === null ? 0 : (startAt - lastAt) / DAY_MS;
      const severity: Severity | null = dormantSeverity(quietDays, limits.dormantAwake);
      if (severity !== null && found === null) {
        const evidence = { quietDays: Math.floor(quietDays), lastUsedAt: new Date(lastAt ?? 0).toISOString() };
        found = { kind: dormantAwake.id, severity, dayAt, at: traffic.at[index] ?? 0, evidence };
      }
      lastAt = Math.max(lastAt ?? 0, traffic.at[index] ?? 0);
    }
    return found === null ? [] : [found];
  });
};
