export { createHlsProxy, type FetchOptions, type HlsProxy } from './hls-proxy.js';
export type { HlsLimits, HlsProxyOptions } from './options.js';
export type { Upstreams } from './origin/upstream-group.js';
export type { StreamEdge } from './serve/live-edges.js';
export type { Transfer } from './segment-door.js';
export { rewritePlaylist, type MapChild, type RewriteOptions } from './playlist/rewrite.js';
export {
  rewriteAssetList,
  rewriteSteering,
  type DocumentChild,
  type RewriteDocumentOptions,
} from './playlist/documents.js';
export type { PlaylistChild, PlaylistChildKind } from './playlist/child.js';
export type { Access, Admission, Child, ChildKind, Explanation, Resource, ViewerRequest } from './access/admission.js';
export type { SessionHandle } from './sessions/session-handle.js';
export { type Cmcd, cmcdOfHeaders, parseCmcd } from './sessions/cmcd.js';
export {
  memorySessionStore,
  type MemorySessionStore,
  type MemorySessionStoreOptions,
} from './sessions/memory-store.js';
export type * from './sessions/store.js';
export type { SessionIdentity, SessionNews, SessionRecord } from './sessions/session-record.js';
export { createSessions, type Sessions, type Viewer } from './sessions/sessions.js';
export type { SessionsOptions } from './sessions/sessions-options.js';
export { createAccess } from './access/access.js';
export type { AccessOptions } from './access/options.js';
export {
  createTrafficReporter,
  type TrafficReported,
  type TrafficReporter,
  type TrafficReporterOptions,
  type TrafficReporterStatus,
} from './sessions/traffic-reporter.js';
export type { StoredMeta } from '@forebay/reverse-proxy';
