import { MICRO_USD_PER_USD } from '../../domain/money.ts';
import type { Session } from './session.ts';

const KINDS = ['staging', 'development'] as const;

/** What tells keys that are not production, and whether those may be stopped without a click. */
export async function safetyStep({ ask, say, draft }: Session): Promise<void> {
  say('\n4 of 4  Keys that are not production');
  say('  A key whose environment is not known counts as production: nothing stops it without a person.');
  const present = draft.presentPolicy;
  const standing = present?.environments ?? [];
  for (const { match, environment } of standing) say(`  Stands already: ${match} is ${environment}.`);
  const environments = [];
  for (const environment of KINDS) {
    const text = await ask.text(
      `Names of ${environment} keys, projects or workspaces, such as *-${environment} (empty: none more):`,
    );
    const patterns = text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
    environments.push(...patterns.map((match) => ({ match, environment })));
  }
  const auto = present?.autoContain;
  const enabled = await ask.confirm(
    'Suspend a staging or development key without a click, when its alert is critical and its loss large? (Only where that can be undone.)',
    auto?.enabled ?? false,
  );
  const aboveUsd = enabled
    ? await dollarsOf({ ask, say }, (auto?.aboveMicroUsd ?? 100 * MICRO_USD_PER_USD) / MICRO_USD_PER_USD)
    : null;
  draft.policy = {
    ...draft.policy,
    environments,
    // The amount stays as it is where nothing is stopped.
    autoContain: { enabled, ...(aboveUsd === null ? {} : { aboveUsd }) },
  };
}

async function dollarsOf({ ask, say }: Pick<Session, 'ask' | 'say'>, fallback: number): Promise<number> {
  for (;;) {
    const text = await ask.text('Above which loss, in US dollars?', String(fallback));
    const value = Number(text);
    if (value > 0 && value <= 1_000_000) return value;
    say('  Write an amount from 1 to 1000000.');
  }
}
