import { Secret } from '../../domain/secret.ts';
import type { DeployHook, DeployRequest, DeployRun } from '../../ports/deploy-hook.ts';
import { exchange } from '../../webhooks/exchange.ts';
import { type Answer, call } from './call.ts';
import { silence } from './hook-error.ts';
import type { HookLink } from './link.ts';
import { type Awaited, awaitedOf, awaitedRef, readAwaited, runOf } from './run.ts';

/** What a service's API tells of its runs, where there is a credential for it. */
export interface RunReader {
  /** The run of a request, if it is listed yet. */
  locate(awaited: Awaited, signal: AbortSignal | undefined): Promise<DeployRun | null>;
  /** Only where runs carry the request's id: one that surely is of this request. */
  named?(awaited: Awaited, signal: AbortSignal | undefined): Promise<DeployRun | null>;
  read(ref: string, signal: AbortSignal | undefined): Promise<DeployRun>;
  checkAccess(signal: AbortSignal | undefined): Promise<void>;
}

export interface AddressHook {
  readonly kind: string;
  readonly link: HookLink;
  /** The address that starts a deployment when it gets a request. */
  readonly url: (request: DeployRequest) => Secret;
  /** The run's name where the service tells one at once, else what it is to be found by. */
  readonly begun: (answer: Answer, request: DeployRequest) => string | Awaited;
  readonly reader: RunReader | undefined;
}

/** A hook that is a secret address, and is followed through the service's API where a credential opens that. */
export function addressHook({ kind, link, url, begun, reader }: AddressHook): DeployHook {
  const { name, title, byHand } = link;
  const common = { name, kind, title, byHand };
  const start = async (request: DeployRequest, signal: AbortSignal | undefined) => {
    const answer = await call(link, { url: url(request), method: 'POST', kind: 'write', signal });
    if (reader === undefined) return runOf(link, { ref: null, url: link.look });
    const told = begun(answer, request);
    return runOf(link, { ref: typeof told === 'string' ? told : awaitedRef(told), url: link.look });
  };
  if (reader === undefined) {
    return { ...common, follows: false, trigger: start, checkAccess: (signal) => reach(link, url(NOBODY), signal) };
  }
  return {
    ...common,
    follows: true,
    trigger: async (request, signal) =>
      (await reader.named?.(awaitedOf(request), signal)) ?? (await start(request, signal)),
    find: (request, signal) => reader.locate(awaitedOf(request), signal),
    async follow(ref, signal) {
      const awaited = readAwaited(ref);
      if (awaited === undefined) return reader.read(ref, signal);
      return (await reader.locate(awaited, signal)) ?? runOf(link, { ref, url: link.look });
    },
    checkAccess: (signal) => reader.checkAccess(signal),
  };
}

const NOBODY: DeployRequest = { id: 'check', slug: 'check', environment: 'check', at: 0 };

/** Any answer of the host will do: a request to the address itself would deploy. */
export async function reach(link: HookLink, url: Secret, signal: AbortSignal | undefined): Promise<void> {
  try {
    const response = await exchange(originOf(url), { method: 'HEAD', timeoutMs: link.timeoutMs, signal });
    await response.body?.cancel();
  } catch (thrown) {
    throw silence(link, 'read', thrown);
  }
}

function originOf(url: Secret): Secret {
  return new Secret(new URL(url.reveal()).origin);
}
