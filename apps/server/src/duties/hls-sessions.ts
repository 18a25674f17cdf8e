import { redisSessions } from '../parts/hls-sessions.js';
import { keepSessions } from '../parts/hls-store-bus.js';
import type { FleetView, PrimaryContext } from '../process/roles.js';
import { hlsReporting } from '../topics.js';
import { openKeepsake, type Keepsake } from './hls-keepsake.js';
import { reportTraffic } from './hls-traffic.js';

/** By the server's life: a reload brings new duties, but the viewers stay. */
const keepsakes = new WeakMap<FleetView, Promise<Keepsake>>();

/** Keeps the sessions for all workers, unless Redis does, and reports traffic. Returns what ends it. */
export async function lookAfterSessions(context: PrimaryContext): Promise<() => Promise<void>> {
  const { bus, config, fleet, logger } = context;
  const { hls, redis } = config;
  if (hls.upstreams.length === 0) return async () => undefined;
  if (redis !== undefined) {
    if (hls.trafficReportUrl === undefined) return async () => undefined;
    const store = await redisSessions(redis);
    const reporter = reportTraffic(store, hls, logger);
    const end = bus.handle(hlsReporting, () => reporter?.status());
    return async () => {
      end();
      await reporter?.close();
      await store.close();
    };
  }
  const opening = keepsakes.get(fleet) ?? openKeepsake(config, logger);
  keepsakes.set(fleet, opening);
  const keepsake = await opening;
  await keepsake.save();
  const reporter = reportTraffic(keepsake.store, hls, logger, () => void keepsake.save());
  const ends = [keepSessions(bus, keepsake.store), bus.handle(hlsReporting, () => reporter?.status())];
  return async () => {
    await reporter?.close();
    for (const end of ends) end();
    if (reporter !== undefined) await keepsake.save();
  };
}
