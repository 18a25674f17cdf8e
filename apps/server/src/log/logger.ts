import { pino, destination, type DestinationStream, type Logger as PinoLogger } from 'pino';
import type { LogConfig } from '../config/config.js';
import { prettyStream } from './pretty.js';
import { redactLine } from './redact.js';

/** The server's log: `logger.info({ event: 'worker_ready', … }, 'text')`. */
export type Logger = PinoLogger;

/**
 * Makes the log of one process. It writes at once, without a thread or buffer of its own, so that the last lines before
 * an exit are there.
 *
 * @param output where lines go. Default: standard output
 */
export const createLogger = (
  config: LogConfig,
  output: DestinationStream = destination({ fd: 1, sync: true }),
): Logger =>
  pino(
    {
      level: config.level,
      base: { pid: process.pid },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: redactLine },
    },
    config.format === 'pretty' ? prettyStream(output, config.colour) : output,
  );
