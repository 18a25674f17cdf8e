import type { RequestListener } from 'node:http';
import { destination } from 'pino';
import type { AllowList } from '@forebay/guard';
import type { ReverseProxyObserver } from '@forebay/reverse-proxy';
import type { Config } from '../config/config.js';
import { AccessLog } from '../log/access-log.js';
import { serverTiming } from '../middleware/server-timing.js';
import { openTracing } from '../middleware/tracing.js';
import { watched } from '../middleware/watch.js';

/** Those who look on while requests are answered, as far as the operator wants any. */
export interface RequestWatches {
  around(listener: RequestListener): RequestListener;
  listenIn(observer: ReverseProxyObserver): ReverseProxyObserver;
}

export async function watchRequests({ requestLog }: Config, trusted: AllowList): Promise<RequestWatches> {
  const log = requestLog.format === 'off' ? undefined : openLog(requestLog, trusted);
  const watches = [await openTracing(), log?.watch, requestLog.serverTiming ? serverTiming : undefined].filter(
    (watch) => watch !== undefined,
  );
  return {
    around: (listener) => watched(listener, watches),
    listenIn: (observer) => log?.listenIn(observer) ?? observer,
  };
}

function openLog(config: Config['requestLog'], trusted: AllowList): AccessLog {
  // A line at a time, so that the lines of several workers never mix.
  const output = destination({ fd: 1, sync: true });
  return new AccessLog({ config, trusted, write: (line) => output.write(line) });
}
