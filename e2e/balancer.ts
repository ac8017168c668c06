/**
 * @module What a Service is to the replicas behind it: each connection goes to one that is ready. On loopback.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface Balancer {
  readonly port: number;
  /** The ports behind it from now on. Connections to others are cut, as they are when a Pod vanishes. */
  set(ports: readonly number[]): void;
  close(): Promise<void>;
}

export async function startBalancer(port: number): Promise<Balancer> {
  let backends: readonly number[] = [];
  let next = 0;
  const open = new Map<Socket, number>();
  const server = createServer((client) => {
    const backend = backends[next++ % Math.max(1, backends.length)];
    if (backend === undefined) {
      client.destroy();
      return;
    }
    const upstream = connect(backend, '127.0.0.1');
    open.set(client, backend);
    const end = (): void => {
      client.destroy();
      upstream.destroy();
      open.delete(client);
    };
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
    client.pipe(upstream).pipe(client);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const [client, backend] of open) if (!backends.includes(backend)) client.destroy();
  };
  return {
    port,
    set: (ports) => {
      backends = ports;
      cut();
    },
    close: async () => {
      backends = [];
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
