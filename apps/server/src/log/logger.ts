import type { Logger as PinoLogger } from 'pino';

/** The server's log: `logger.info({ event: 'worker_ready', … }, 'text')`. */
export type Logger = PinoLogger;
