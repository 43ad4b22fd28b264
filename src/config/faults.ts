import { scrubSecrets } from '../domain/secret.ts';

/** One thing wrong with the configuration. Carries names, lines and advice, never the value itself. */
export interface Fault {
  /** A variable's name, or `policy.yml:12 polling.usage_minutes`. */
  readonly where: string;
  /** What is wrong, as the rest of a sentence that begins with `where`. */
  readonly problem: string;
  /** What to write or do instead, as sentences. */
  readonly fix: string;
}

/** All faults as a numbered list for a terminal. */
export function formatFaults(faults: readonly Fault[]): string {
  const count = faults.length === 1 ? 'One thing' : `${faults.length} things`;
  const entries = faults.map(scrubFault).map(({ where, problem, fix }, index) => {
    const number = `${index + 1}.`.padEnd(4);
    return `${number}${where} ${problem}.\n    ${fix}`;
  });
  return [`${count} to put right in the configuration:`, ...entries].join('\n');
}

/** A fault may quote a path or a key of a file, and people paste keys into the wrong place. */
export function scrubFault({ where, problem, fix }: Fault): Fault {
  return { where: scrubSecrets(where), problem: scrubSecrets(problem), fix: scrubSecrets(fix) };
}
