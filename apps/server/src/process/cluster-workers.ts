import cluster from 'node:cluster';
import type { WorkerProcess } from './worker-handle.js';
import type { ToPrimary } from './wire.js';

/** Starts this program once more as a worker; all workers accept on the ports together, as the kernel hands out. */
export const spawnClusterWorker = (): WorkerProcess => {
  // Round robin through the primary halves the rate of short connections.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  // The configuration comes by message: flags, which may hold secrets, are not for every line of a process list.
  cluster.setupPrimary({ serialization: 'advanced', args: [] });
  const worker = cluster.fork();
  worker.on('error', () => undefined);
  return {
    pid: worker.process.pid ?? 0,
    send: (message) => {
      if (worker.isConnected()) worker.send(message, undefined, undefined, () => undefined);
    },
    kill: (signal) => {
      worker.process.kill(signal);
    },
    onMessage: (listener) => {
      worker.on('message', (message: ToPrimary) => {
        listener(message);
      });
    },
    onExit: (listener) => {
      worker.once('exit', (code: number | null, signal: string | null) => {
        listener({ code, signal: signal === '' ? null : signal });
      });
    },
  };
};
