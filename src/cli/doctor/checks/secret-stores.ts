import { connectSecretStores } from '../../../app-parts.ts';
import { publicMessageOf } from '../../../domain/errors.ts';
import type { Policy } from '../../../domain/policy.ts';
import { fillReference, LOCAL_STORE } from '../../../domain/secret-place.ts';
import type { SecretStore } from '../../../ports/secret-store.ts';
import { type Check, fault, type Line, ok, type Surroundings, warning } from '../check.ts';
import { silentLogger } from '../silent.ts';

// A lineage that is not there: where a reference of such a rule leads is looked at all the same.
const NOBODY = { slug: 'keysteward-doctor', environment: 'production', provider: 'none' } as const;

/** Whether each store answers and lets us read, and write where it tells, at the references of its rules. */
export const secretStores: Check = {
  subject: 'secret stores',
  async run({ parts }, signal) {
    const { policy } = parts;
    if (policy === undefined) return [];
    const lines = policy.secretStores.map((entry) => storeLines({ parts, policy, signal }, entry.name));
    return (await Promise.all(lines)).flat();
  },
};

interface Looked extends Pick<Surroundings, 'parts'> {
  readonly policy: Policy;
  readonly signal: AbortSignal;
}

/** One store at a time, so that a package that is missing for one says nothing of the others. */
async function storeLines({ parts, policy, signal }: Looked, name: string): Promise<readonly Line[]> {
  const subject = `secret store ${name}`;
  const rules = policy.secrets.filter(({ store }) => store === name);
  try {
    const connected = await connectSecretStores({
      policy: { secretStores: policy.secretStores.filter((entry) => entry.name === name), secrets: rules },
      credentials: parts.storeCredentials,
      databasePath: parts.paths.databasePath,
      logger: silentLogger,
    });
    const store = connected.get(name);
    if (store === undefined) return [];
    if (rules.length === 0 && name !== LOCAL_STORE.name) {
      return [warning({ subject, what: 'no rule under secrets names it' }, 'Add one, or remove the store.')];
    }
    return await Promise.all(rules.map((rule) => ruleLine({ subject, store, signal }, rule)));
  } catch (error) {
    return [fault({ subject, what: 'cannot be used' }, publicMessageOf(error))];
  }
}

interface Asked {
  readonly subject: string;
  readonly store: SecretStore;
  readonly signal: AbortSignal;
}

async function ruleLine({ subject, store, signal }: Asked, rule: Policy['secrets'][number]): Promise<Line> {
  const { match, reference } = rule;
  const place = fillReference(reference, NOBODY);
  try {
    const { isStored, isWriteProven } = await store.checkAccess(place, signal);
    const read = place === reference && !isStored ? 'answers, nothing is stored there yet' : 'readable';
    const write = isWriteProven ? 'writable' : 'whether it may be written shows at the first write';
    return ok(subject, `${reference} (for ${match}): ${read}; ${write}`);
  } catch (error) {
    // With a made-up lineage in it, a place that is not there is no fault.
    const say = place === reference ? fault : warning;
    return say({ subject, what: `${reference} (for ${match})` }, publicMessageOf(error));
  }
}
