import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import type { DeployHook, DeployHookDefinition, DeployRequest } from '../../../src/ports/deploy-hook.ts';
import { DrivenClock } from '../../../src/sandbox/driven-clock.ts';
import { recordingLogger } from '../../providers/support/recording-logger.ts';

/** In each credential, so that one search finds any part of any of them. */
export const CANARY = 'cAnArY0123456789';
export const AT = Date.UTC(2026, 7, 3, 12);
export const REQUEST: DeployRequest = { id: 'req_01k1', slug: 'prod-api', environment: 'production', at: AT };
/** When whatever a service does is done, by its own clock. */
export const SERVER_AT = AT + 5_000;
export const SERVER_ISO = new Date(SERVER_AT).toISOString().replace('.000', '');

// Long enough for a busy machine; short only where the answer never comes.
const TIMEOUT_MS = 8_000;
export const IMPATIENT_MS = 400;
const SLOW_MS = 50;

export interface Received {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Reply {
  readonly status?: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `lost`: done, and the answer never arrives. `cut`: not done, and no answer. `slow`: done, and the answer is late. */
export type Fault = { readonly on: 'read' | 'write'; readonly reply: Reply | 'lost' | 'cut' | 'hang' | 'slow' };

/** What one kind of service remembers, and how it answers. */
export interface Service {
  /** Undefined: 404. */
  handle(request: Received): Reply | undefined;
  /** Brings everything that runs to this end. */
  end(outcome: 'succeeded' | 'failed' | 'cancelled'): void;
  /** Deployments that were started. */
  started(): number;
  /** Somebody else starts one that cannot be told from ours. */
  strangers?(): void;
}

export interface HookCase {
  readonly definition: DeployHookDefinition;
  readonly create: (url: string) => Service;
  readonly settings: (url: string) => Readonly<Record<string, unknown>>;
  readonly credentials: (url: string) => Readonly<Record<string, string>>;
  /** By what a run is found again after its name was lost. */
  readonly finds: 'id' | 'time' | 'never';
  /** Statuses that this service means as: later. */
  readonly busy: readonly number[];
}

export interface Place {
  readonly hook: DeployHook;
  readonly service: Service;
  readonly requests: readonly Received[];
  readonly log: readonly string[];
  /** The next request of this kind meets it. */
  fault(fault: Fault): void;
  close(): Promise<void>;
}

/** The hook, connected to a service on this machine through its real client. */
export async function openPlace(hookCase: HookCase, timeoutMs = TIMEOUT_MS): Promise<Place> {
  const faults: Fault[] = [];
  const requests: Received[] = [];
  let service: Service | undefined;
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = 'GET', headers } = incoming;
      const request = {
        method,
        url: new URL(incoming.url ?? '/', 'http://x'),
        headers,
        body: Buffer.concat(chunks).toString(),
      };
      requests.push(request);
      const at = faults.findIndex(({ on }) => (on === 'write') === isWrite(request));
      const [fault] = at < 0 ? [] : faults.splice(at, 1);
      if (fault?.reply === 'hang') return;
      if (fault?.reply === 'cut') return void response.destroy();
      // A careless proxy repeats what it was asked.
      const echo = { message: `${request.url.href} ${JSON.stringify(headers)} ${request.body}` };
      const reply = typeof fault?.reply === 'object' ? { json: echo, ...fault.reply } : service?.handle(request);
      if (fault?.reply === 'lost') return void response.destroy();
      const { status = 200, json, text, headers: more } = reply ?? { status: 404, json: echo };
      const body = text ?? (json === undefined ? '' : JSON.stringify(json));
      const type = text === undefined && json !== undefined ? { 'content-type': 'application/json' } : {};
      const send = () =>
        void response.writeHead(status, { date: new Date(SERVER_AT).toUTCString(), ...type, ...more }).end(body);
      if (fault?.reply === 'slow') setTimeout(send, SLOW_MS);
      else send();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(close);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  service = hookCase.create(url);
  const logger = recordingLogger();
  const credentials = Object.entries(hookCase.credentials(url));
  const hook = await hookCase.definition.connect({
    name: 'web',
    settings: hookCase.definition.settings.parse(hookCase.settings(url)),
    credentials: new Map(credentials.map(([name, value]) => [name, new Secret(value)])),
    logger,
    clock: new DrivenClock(SERVER_AT),
    timeoutMs,
  });
  return { hook, service, requests, log: logger.lines, fault: (one) => void faults.push(one), close };
}

function isWrite({ method, url }: Received): boolean {
  return method !== 'GET' && method !== 'HEAD' && !url.searchParams.has('dryRun');
}
