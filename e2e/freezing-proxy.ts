/**
 * @module A way to a server that can freeze: what is asked still arrives there, but no answer and no event comes back, and
 * nobody hangs up. So a network does that loses packets in one direction.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface FreezingProxy {
  readonly port: number;
  freeze(): void;
  /** What was held back flows on. */
  thaw(): void;
  close(): Promise<void>;
}

interface Way {
  readonly client: Socket;
  readonly server: Socket;
}

/** Leads to a port on loopback. */
export async function startFreezingProxy(port: number, to: number): Promise<FreezingProxy> {
  let frozen = false;
  const ways = new Set<Way>();
  const proxy = createServer((client) => {
    const way: Way = { client, server: connect(to, '127.0.0.1') };
    const { server } = way;
    ways.add(way);
    const end = (): void => {
      client.destroy();
      server.destroy();
      ways.delete(way);
    };
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
    client.pipe(server);
    if (!frozen) server.pipe(client);
  });
  proxy.listen(port, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    port,
    freeze: () => {
      frozen = true;
      for (const { client, server } of ways) server.unpipe(client).pause();
    },
    thaw: () => {
      frozen = false;
      for (const { client, server } of ways) server.pipe(client);
    },
    close: async () => {
      for (const { client } of ways) client.destroy();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}
