import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Act, ROLE_ACTS, ROLES, type Role } from '../src/domain/authorise.ts';
import { subcommands } from '../src/slack/commands/index.ts';
import { COMMAND_GROUPS, type SubcommandText } from '../src/slack/context.ts';

export const COMMANDS_DOC = fileURLToPath(new URL('../docs/commands.md', import.meta.url));

interface More {
  /** What it takes the right to. */
  readonly act: Act;
  readonly examples: readonly string[];
}

/** What help has no room for. A subcommand without a line here stops the script. */
export const MORE: Readonly<Record<string, More>> = {
  lint: { act: 'look', examples: ['lint'] },
  list: { act: 'look', examples: ['list', 'list unowned', 'list owner:@ana env:prod', 'list spend:>100 sort:spend'] },
  export: { act: 'look', examples: ['export', 'export xlsx all', 'export csv all env:prod', 'export unused:>90d'] },
  import: { act: 'import', examples: ['import'] },
  offboard: { act: 'offboard', examples: ['offboard @dee'] },
  register: { act: 'classify', examples: ['register', 'register mistral-prod gone'] },
  show: { act: 'look', examples: ['show prod-api', 'show 9f2a'] },
  mine: { act: 'look', examples: ['mine'] },
  stale: { act: 'look', examples: ['stale', 'stale 90'] },
  spend: { act: 'look', examples: ['spend', 'spend 7d', 'spend prod-api 30d'] },
  caps: { act: 'look', examples: ['caps', 'caps env:prod', 'caps staging-ci'] },
  'blast-radius': { act: 'look', examples: ['blast-radius'] },
  score: { act: 'look', examples: ['score', 'score @ana', 'score owned'] },
  backtest: { act: 'look', examples: ['backtest', 'backtest 14'] },
  history: { act: 'look', examples: ['history', 'history prod-api'] },
  status: { act: 'look', examples: ['status'] },
  edit: { act: 'edit', examples: ['edit prod-api'] },
  owner: { act: 'classify', examples: ['owner prod-api @ana', 'owner prod-api none'] },
  claim: { act: 'claim', examples: ['claim staging-ci'] },
  expect: {
    act: 'declare',
    examples: [
      'expect prod-api until 18:00 500 load test',
      'expect batch until tomorrow 9:00 €200',
      'expect prod-api end',
      'expect',
    ],
  },
  digest: { act: 'look', examples: ['digest'] },
  mute: {
    act: 'mute',
    examples: ['mute staging-ci spend-acceleration 3d known batch', 'mute staging-ci spend-acceleration end', 'mute'],
  },
  quiet: { act: 'look', examples: ['quiet', 'quiet 30'] },
  cap: { act: 'classify', examples: ['cap prod-api', 'cap prod-api 250', 'cap prod-api none', 'cap prod-api policy'] },
  factor: { act: 'set_factor', examples: ['factor prod-api', 'factor prod-api 8', 'factor prod-api policy'] },
  suspend: { act: 'suspend', examples: ['suspend staging-ci', 'suspend scope Staging'] },
  restore: { act: 'restore', examples: ['restore staging-ci'] },
  revoke: { act: 'revoke', examples: ['revoke staging-ci'] },
  rotate: {
    act: 'rotate',
    examples: [
      'rotate prod-api',
      'rotate campaign production',
      'rotate campaign env:dev scope:search',
      'rotate drill',
      'rotate report',
    ],
  },
  'test-alert': { act: 'test_alert', examples: ['test-alert'] },
  audit: { act: 'audit', examples: ['audit'] },
  help: { act: 'look', examples: ['help'] },
};

const ROLE_WORDS: Readonly<Record<Role, string>> = {
  viewer: 'viewers (everybody, unless `roles.viewers` names some)',
  owner: 'the owner of the key',
  responder: 'responders',
  admin: 'admins',
};

const OPENING = `# Commands

Everything that can be typed after \`/keys\`. Only the person who types sees the answer. This page is made from the code by
\`npm run docs:commands\`; a test keeps it true.

A key is found by its name, label, hint or id, or by a part of them that no other key has. Roles are in \`policy.yml\`; who may
do what is checked again at each click. Suspending, deleting and rotating ask in a dialog first, and deleting a production key takes two people.
`;

/** The whole page. */
export function commandsDoc(all: readonly SubcommandText[] = subcommands): string {
  const groups = Object.entries(COMMAND_GROUPS).map(([group, title]) => {
    const these = all.filter((one) => (one.group ?? 'act') === group);
    return [`## ${title}\n`, ...these.map(entryOf)].join('\n');
  });
  return [OPENING, ...groups].join('\n');
}

function entryOf({ name, usage, summary, forOwners }: SubcommandText): string {
  const more = MORE[name];
  if (more === undefined) throw new Error(`/keys ${name} has no line in MORE: say what it takes and give an example`);
  const examples = more.examples.map((example) => `\`/keys ${example}\``).join(', ');
  return `### \`/keys ${usage}\`

${summary[0]?.toUpperCase()}${summary.slice(1)}.

- Who: ${whoMay(more.act, forOwners === true)}
- For instance: ${examples}
`;
}

/** In words, from the one table of rights. */
function whoMay(act: Act, forOwners: boolean): string {
  const may = ROLES.filter((role) => ROLE_ACTS[role].has(act));
  if (!may.includes('viewer')) return list(may.map((role) => ROLE_WORDS[role]));
  return `${ROLE_WORDS.viewer}${forOwners ? '; owners who are none, for their own keys' : ''}`;
}

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(COMMANDS_DOC, commandsDoc());
