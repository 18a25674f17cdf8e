export { answers, topic, type AskOptions, type Audience, type Bus, type Handler } from './messages.js';
export type { ProcessName, Reply, Topic } from './messages.js';
export { serve, type ServeOptions } from './primary.js';
export type {
  DrainReason,
  FleetView,
  Listening,
  NodeApp,
  NodeContext,
  PrimaryContext,
  PrimaryDuties,
  ProcessHealth,
  Roles,
  Shares,
  WorkerState,
  WorkerStatus,
} from './roles.js';
export { runWorker } from './worker.js';
