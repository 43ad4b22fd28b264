import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../../src/ports/clock.ts';
import type { Receiver } from './receiver.ts';

export interface DeployerOptions {
  readonly clock: Clock;
  readonly onDeploy: () => void;
}

/** A hosting service of the manner of Render: an address that deploys, and a list of what it has begun. */
export async function startDeployer({ clock, onDeploy }: DeployerOptions): Promise<Receiver> {
  const deploys: { readonly id: string; readonly status: string; readonly createdAt: string }[] = [];
  let inFlight = 0;
  const answer = (method: string, path: string): unknown => {
    if (method === 'POST') {
      const deploy = {
        id: `dep-${deploys.length + 1}`,
        status: 'live',
        createdAt: new Date(clock.now()).toISOString(),
      };
      deploys.push(deploy);
      onDeploy();
      return { deploy };
    }
    const one = deploys.find(({ id }) => path.endsWith(`/${id}`));
    return one ?? deploys.map((deploy) => ({ deploy }));
  };
  const server = createServer((request, response) => {
    inFlight += 1;
    const body = JSON.stringify(answer(request.method ?? 'GET', (request.url ?? '/').split('?', 1)[0] ?? '/'));
    response.writeHead(200, { 'content-type': 'application/json' }).end(body, () => {
      inFlight -= 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get told() {
      return deploys.map(({ id, status }) => `${id} ${status}`);
    },
    inFlight: () => inFlight,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
