import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Cut } from './gate.ts';

export interface Deployer {
  /** Takes the requests of a signed webhook. */
  readonly url: string;
  close(): Promise<void>;
}

interface DeployerOptions {
  readonly onDeploy: () => void;
  /** Whether the app is killed at this request. */
  readonly cutOf: () => Cut;
}

/** Deploys when a signed webhook asks for it, and has succeeded when somebody looks. */
export async function startDeployer({ onDeploy, cutOf }: DeployerOptions): Promise<Deployer> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const isDeploy = request.method === 'POST';
      const cut = isDeploy ? cutOf() : null;
      if (isDeploy && cut !== 'before') onDeploy();
      if (cut !== null) {
        response.destroy();
        return;
      }
      const body = isDeploy ? { status_url: '/runs/1' } : { state: 'succeeded' };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/deploy`,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
