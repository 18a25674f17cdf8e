export { bullmqDriver, type BullmqDriver } from './bullmq-driver.js';
export { connectTo, type Connect, type ConnectOptions, type Purpose, type RedisAddress } from './connect.js';
export type { BullmqDriverOptions } from './options.js';
