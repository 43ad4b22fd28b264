import type { Rotation } from '../../domain/rotation.ts';
import type { SecretStore } from '../../ports/secret-store.ts';
import type { Repos, Store } from '../../ports/store.ts';
import type { Deps } from '../../services/deps.ts';
import type { SlackStandIn } from '../slack/index.ts';
import type { Stage } from '../stage.ts';
import type { Gate } from './gate.ts';

/** The app was killed here: nothing that it still tries comes through. */
class Killed extends Error {}

// Whoever changes one of these goes on with the rotation, or says something about it.
const OF_ROTATION: ReadonlySet<string> = new Set([
  'rotations',
  'rotationSecrets',
  'rotationConsumers',
  'actions',
  'approvals',
  'outbox',
  'messages',
]);
const CHANGES = /^(put|insert|update|enqueue|release)/;
const IDS = /\/(proj|svc_acct|key|wrkspc|apikey)_\w+/g;
// Web API methods that cannot change anything; what is not named here counts as a change.
const SLACK_READS = /^(auth\.test|bots\.info|apps\.connections\.open|(conversations|users|usergroups|files|team)\..*)$/;

/** Lets what the app asks of the provider and of Slack pass the gate, on the wire. */
export function watchServers({ openai, anthropic, slack }: Pick<Stage, 'openai' | 'anthropic' | 'slack'>, gate: Gate) {
  for (const { faults } of [openai, anthropic]) {
    faults.intercept(({ method, path }) => {
      if (method === 'GET' && !gate.isDead) return undefined;
      const when = gate.arrive(`provider ${method} ${path.replaceAll(IDS, '/…')}`);
      return when === null ? undefined : { kind: 'cut', when };
    });
  }
  watchSlack(slack, gate);
}

function watchSlack({ faults, workspace }: SlackStandIn, gate: Gate): void {
  faults.intercept((method, body) => {
    if (SLACK_READS.test(method) && !gate.isDead) return undefined;
    const args = new URLSearchParams(body);
    const edited = workspace.message(args.get('channel') ?? '', args.get('ts') ?? '');
    const metadata = args.get('metadata') ?? JSON.stringify(edited?.metadata ?? null);
    const [, kind, step] = /"subject":"(\w+):[^":]*:?(\w*)/.exec(metadata) ?? [];
    const when = gate.arrive(['slack', method, kind, step].filter(Boolean).join(' '));
    return when === null ? undefined : { kind: 'cut', when };
  });
}

/** Lets the commits and the writes to secret stores pass the gate. */
export function watchDeps({ store, secretStores }: Pick<Deps, 'store' | 'secretStores'>, gate: Gate): void {
  watchCommits(store, gate);
  for (const secretStore of secretStores.values()) watchSecrets(secretStore, gate);
}

function watchCommits(store: Store, gate: Gate): void {
  const write = store.write.bind(store);
  replace(store, 'write', async (run: (tx: Repos) => Promise<unknown>) => {
    refuseDead(gate);
    let isKilled = false;
    const result = await write(async (tx) => {
      const changes = new Set<string>();
      const inner = await run(noting(tx, gate, changes));
      refuseDead(gate);
      const cut = changes.size === 0 ? null : gate.arrive(`commit ${[...changes].sort().join(', ')}`);
      // What is thrown here undoes the transaction.
      if (cut === 'before') refuseDead(gate);
      isKilled = cut === 'after';
      return inner;
    });
    if (isKilled) refuseDead(gate);
    return result;
  });
}

function watchSecrets(secretStore: SecretStore, gate: Gate): void {
  for (const name of ['write', 'restore'] as const) {
    const call: unknown = secretStore[name];
    if (typeof call !== 'function') continue;
    replace(secretStore, name, async (...args: readonly unknown[]) => {
      const cut = gate.arrive(`secret ${name}`);
      if (cut === 'before') refuseDead(gate);
      const result: unknown = await call.apply(secretStore, args);
      refuseDead(gate);
      return result;
    });
  }
}

function refuseDead(gate: Gate): void {
  if (gate.isDead) throw new Killed('the app is killed here');
}

/** The same repositories; what changes something of a rotation is noted. */
function noting(tx: Repos, gate: Gate, changes: Set<string>): Repos {
  return new Proxy(tx, {
    get(target, repo: string) {
      const own: object = Reflect.get(target, repo);
      if (!OF_ROTATION.has(repo)) return own;
      return new Proxy(own, {
        get(inner, method: string) {
          const value: unknown = Reflect.get(inner, method);
          if (typeof value !== 'function') return value;
          if (!CHANGES.test(method)) return value.bind(inner);
          return async (...args: readonly unknown[]) => {
            const result: unknown = await value.apply(inner, args);
            // The count of what was changed: at a start there is mostly nothing to be released.
            if (result !== 0) changes.add(nameOf(repo, method, args[0]));
            if (repo === 'rotations') gate.note(args[0] as Rotation);
            return result;
          };
        },
      });
    },
  });
}

/** States and kinds say what a row is about. */
function nameOf(repo: string, method: string, row: unknown): string {
  if (method === 'enqueue') return `${repo}.${method}`;
  const { kind, state, subjectId } = (row ?? {}) as Partial<Readonly<Record<'kind' | 'state' | 'subjectId', string>>>;
  return [`${repo}.${method}`, kind, subjectId?.split(':')[1], state].filter(Boolean).join(' ');
}

function replace(target: object, name: PropertyKey, value: unknown): void {
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
}
