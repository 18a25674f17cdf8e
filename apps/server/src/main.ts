#!/usr/bin/env node
import cluster from 'node:cluster';
import type { Roles } from './process/roles.js';

const roles: Roles = {
  createNode: async (context) => (await import('./app.js')).createNode(context),
  createPrimaryDuties: async (context) => (await import('./duties/primary-duties.js')).createPrimaryDuties(context),
};

// Each process loads only what it needs: a worker neither reads configuration nor knows the command line.
if (cluster.isWorker) {
  const { runWorker } = await import('./process/worker.js');
  runWorker(roles);
} else {
  const [{ runCli }, { VERSION }] = await Promise.all([import('./cli.js'), import('./version.js')]);
  const status = await runCli({
    words: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    terminal: process.stdout.isTTY,
    version: VERSION,
    print: (text) => process.stdout.write(`${text}\n`),
    complain: (text) => process.stderr.write(`${text}\n`),
    serve: async (loaded, load) => {
      const [{ serve }, { createLogger }] = await Promise.all([
        import('./process/primary.js'),
        import('./log/logger.js'),
      ]);
      const ended = await serve({ roles, loaded, load, logger: createLogger(loaded.config.log) });
      // Requests that were cut may still hold on to upstreams; there is nothing left to wait for.
      process.exit(ended);
    },
    work: async (loaded) => {
      const [{ runTaskWorker }, { createLogger }] = await Promise.all([
        import('./task-worker.js'),
        import('./log/logger.js'),
      ]);
      process.exit(await runTaskWorker(loaded.config, createLogger(loaded.config.log)));
    },
  });
  process.exitCode = status;
}
