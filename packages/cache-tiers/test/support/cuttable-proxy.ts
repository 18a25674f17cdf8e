import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';

export interface CuttableProxy {
  readonly port: number;
  /** Nothing passes any more and nobody is told, as when a cable is pulled; new connections are taken and hear nothing. */
  cut(): void;
  /** Lets new connections through again; the old ones are reset. */
  mend(): void;
  close(): Promise<void>;
}

/** A way to a loopback port that can be cut. */
export const cuttableProxy = async (target: number): Promise<CuttableProxy> => {
  const sockets = new Set<Socket>();
  let whole = true;
  const server = createServer((near) => {
    sockets.add(near);
    near.on('error', () => {});
    near.on('close', () => sockets.delete(near));
    if (!whole) return;
    const far = createConnection(target, '127.0.0.1');
    sockets.add(far);
    far.on('error', () => near.destroy());
    far.on('close', () => {
      sockets.delete(far);
      if (whole) near.destroy();
    });
    near.on('close', () => far.destroy());
    near.on('data', (bytes) => whole && far.write(bytes));
    far.on('data', (bytes) => whole && near.write(bytes));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const reset = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      whole = false;
    },
    mend: () => {
      reset();
      whole = true;
    },
    close: async () => {
      reset();
      await new Promise((done) => server.close(done));
    },
  };
};
