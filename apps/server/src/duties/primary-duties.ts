import type { Config } from '../config/config.js';
import type { PrimaryContext, PrimaryDuties } from '../process/roles.js';
import { diskTierOf } from '../parts/cache.js';
import { hasTasks } from '../parts/task-handlers.js';
import { keepBook } from '../parts/url-book.js';
import { startSampleUpstreams, type SampleUpstreams } from '../sample/index.js';
import { fleetStatus, patchesSoFar, upstreamPatch, type UpstreamPatch } from '../topics.js';
import { banner } from './banner.js';
import { rememberEndedSessions } from './ended-sessions.js';
import { lookAfterSessions } from './hls-sessions.js';
import { observe } from './observation.js';
import { Probes } from './probes.js';
import { runTasks, type TaskDuties } from './tasks.js';
import { sampleRoutes, sampleStore, sampleStreams } from './sample-routes.js';

/** More than any configuration has upstreams; names that do not exist are remembered too. */
const MOST_PATCHES = 10_000;

/** What there is one of: probes, disk clean-up, sample upstreams, the sums that only the primary can make. */
export async function createPrimaryDuties(context: PrimaryContext): Promise<PrimaryDuties> {
  const { bus, config, fleet, logger } = context;
  const ends: (() => void | Promise<void>)[] = [];
  let samples: SampleUpstreams | undefined;
  let tasks: TaskDuties | undefined;
  const patches = new Map<string, UpstreamPatch>();

  return {
    async start() {
      let inForce: Config = config;
      if (config.sample) {
        const started = await startSampleUpstreams();
        samples = started;
        ends.push(() => started.close());
        inForce = {
          ...config,
          routes: sampleRoutes(config, started),
          hls: { ...config.hls, upstreams: sampleStreams(started) },
          store: sampleStore(started),
        };
      }
      const probes = new Probes(inForce, bus, logger);
      ends.push(
        bus.handle(fleetStatus, () => ({ startedAt: fleet.startedAt, workers: fleet.workers() })),
        bus.handle(patchesSoFar, () => [...patches.values()]),
        bus.handle(upstreamPatch, (patch) => remember(patches, patch)),
        () => probes.stop(),
      );
      probes.start();
      if (inForce.store.endpoint !== undefined && inForce.redis === undefined)
        ends.push(keepBook(bus, fleet, inForce.store));
      if (hasTasks(inForce)) {
        const running = await runTasks({ ...context, config: inForce });
        tasks = running;
        ends.push(() => running.stop());
      }
      ends.push(await lookAfterSessions({ ...context, config: inForce }));
      ends.push(rememberEndedSessions(context), await observe({ ...context, config: inForce }));
      if (config.cache.enabled) ends.push(keepDiskClean(context));
      return inForce;
    },
    listening(listening) {
      if (samples) process.stdout.write(banner(listening, config.server, samples.links));
    },
    async drain() {
      if (tasks === undefined) return true;
      const { drainDelay, shutdownTimeout } = config.server;
      await new Promise((resolve) => setTimeout(resolve, drainDelay));
      return tasks.drain(shutdownTimeout);
    },
    async stop() {
      for (const end of ends.splice(0).toReversed()) await end();
    },
  };
}

/** Keeps the latest of each change, so that a worker started later has them too. Says nothing about whether it was one. */
function remember(patches: Map<string, UpstreamPatch>, patch: UpstreamPatch): false {
  const id = `${patch.group} ${patch.name}`;
  if (patch.reset !== true && patches.size < MOST_PATCHES) patches.set(id, { ...patches.get(id), ...patch });
  return false;
}

function keepDiskClean({ config, logger }: PrimaryContext): () => Promise<void> {
  const disk = diskTierOf(config);
  const sweep = (): void => {
    disk.sweep?.().then(
      ({ removed }) => logger.debug({ event: 'disk_swept', removed }, `the disk cache was swept of ${removed} entries`),
      (error: unknown) => logger.warn({ event: 'disk_sweep_failed', err: error }, 'the disk cache could not be swept'),
    );
  };
  sweep();
  const timer = setInterval(sweep, config.disk.cleanupInterval);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await disk.close();
  };
}
