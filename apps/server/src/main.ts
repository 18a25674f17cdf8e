#!/usr/bin/env node
import cluster from 'node:cluster';
import { createNode } from './app.js';
import { runCli } from './cli.js';
import { createPrimaryDuties } from './duties/primary-duties.js';
import { createLogger } from './log/logger.js';
import { runWorker, serve, type Roles } from './process/index.js';
import { VERSION } from './version.js';

const roles: Roles = { createNode, createPrimaryDuties };

if (cluster.isWorker) runWorker(roles);
else {
  process.exitCode = await runCli({
    words: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    terminal: process.stdout.isTTY,
    version: VERSION,
    print: (text) => process.stdout.write(`${text}\n`),
    complain: (text) => process.stderr.write(`${text}\n`),
    serve: (loaded, load) => serve({ roles, loaded, load, logger: createLogger(loaded.config.log) }),
  });
}
