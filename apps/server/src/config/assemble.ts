import { resolve } from 'node:path';
import type { Config, RedisConfig, RouteConfig, TlsConfig } from './config.js';
import { hlsOf } from './hls-config.js';
import { lifetimesOf } from './routes.js';
import type { StoreConfig } from './store-config.js';
import type { Values } from './variables.js';

/** Where the process runs, as far as the configuration depends on it. */
export interface Surroundings {
  readonly cwd: string;
  /** Whether the log goes to a terminal. */
  readonly terminal: boolean;
  /** Whether `NO_COLOR` (no-color.org) asks for none. */
  readonly noColour: boolean;
}

const redisOf = (values: Values): RedisConfig | undefined => {
  if (!values.USE_REDIS) return undefined;
  const single = values.REDIS_HOST !== undefined;
  return {
    nodes: single ? [{ host: values.REDIS_HOST, port: values.REDIS_PORT }] : values.REDIS_CLUSTER_NODES,
    fallbackNodes: values.REDIS_FALLBACK_NODES,
    single,
    db: values.REDIS_DB,
    password: values.REDIS_PASSWORD,
    tls: values.REDIS_TLS,
    poolSize: values.REDIS_POOL_SIZE,
    minIdle: values.REDIS_MIN_IDLE_CONNS,
    connectTimeout: values.REDIS_CONNECT_TIMEOUT,
    readTimeout: values.REDIS_READ_TIMEOUT,
    writeTimeout: values.REDIS_WRITE_TIMEOUT,
    keyPrefix: values.REDIS_KEY_PREFIX,
  };
};

const tlsOf = ({ TLS_CERT, TLS_KEY }: Values, cwd: string): TlsConfig | undefined => {
  if (TLS_CERT === undefined || TLS_KEY === undefined) return undefined;
  const place = (value: string): string => (value.startsWith('-----BEGIN') ? value : resolve(cwd, value));
  return { certificate: place(TLS_CERT), key: place(TLS_KEY) };
};

/** Hosts whose stores want the bucket in their name. */
const HOST_STYLE = /(?:^|\.)(?:amazonaws\.com(?:\.cn)?|myqcloud\.com)$/;

const storeOf = (values: Values): StoreConfig => {
  const host = values.STORE_ENDPOINT === undefined ? '' : new URL(values.STORE_ENDPOINT).hostname;
  return {
    endpoint: values.STORE_ENDPOINT,
    region: values.STORE_REGION,
    bucket: values.STORE_BUCKET,
    accessKeyId: values.STORE_ACCESS_KEY_ID,
    secretAccessKey: values.STORE_SECRET_ACCESS_KEY,
    provider: values.STORE_PROVIDER,
    pathStyle: values.STORE_PATH_STYLE ?? !HOST_STYLE.test(host),
  };
};

/** Puts the values where the parts of the server look for them. */
export const assemble = (values: Values, routes: readonly RouteConfig[], around: Surroundings): Config => {
  const format = values.LOG_FORMAT ?? (around.terminal ? 'pretty' : 'json');
  const hls = hlsOf(values);
  return {
    sample: routes.length === 0 && hls.upstreams.length === 0 && values.STORE_ENDPOINT === undefined,
    server: {
      port: values.PORT,
      host: values.HOST,
      workers: values.NUM_WORKERS,
      tls: tlsOf(values, around.cwd),
      apiKey: values.API_KEY,
      managementPort: values.MANAGEMENT_PORT,
      publicStatus: values.PUBLIC_STATUS,
      trustProxy: values.TRUST_PROXY,
      drainDelay: values.DRAIN_DELAY,
      shutdownTimeout: values.SHUTDOWN_TIMEOUT,
    },
    log: { level: values.LOG_LEVEL, format, colour: format === 'pretty' && around.terminal && !around.noColour },
    requestLog: {
      format: values.ACCESS_LOG,
      sample: values.ACCESS_LOG_SAMPLE,
      serverTiming: values.SERVER_TIMING,
    },
    routes,
    upstream: {
      requestTimeout: values.REQUEST_TIMEOUT,
      hedgeAfter: values.INITIAL_TIMEOUT,
      maxSwitches: values.MAX_SERVER_SWITCHES,
      connections: values.HTTP_CONNECTOR_LIMIT,
      connectionsPerHost: values.HTTP_CONNECTOR_LIMIT_PER_HOST,
      chunkBytes: values.STREAM_CHUNK_SIZE,
      httpProxy: values.HTTP_PROXY,
      httpsProxy: values.HTTPS_PROXY,
      noProxy: values.NO_PROXY,
    },
    balancing: {
      baseWeightMultiplier: values.BASE_WEIGHT_MULTIPLIER,
      dynamicWeightMultiplier: values.DYNAMIC_WEIGHT_MULTIPLIER,
      alphaInitial: values.ALPHA_INITIAL,
      alphaAdjustmentStep: values.ALPHA_ADJUSTMENT_STEP,
    },
    health: {
      interval: values.HEALTH_CHECK_INTERVAL,
      timeout: values.REQUEST_TIMEOUT,
      maxErrors: values.MAX_ERRORS_BEFORE_UNHEALTHY,
      isolation: values.UNHEALTHY_TIMEOUT,
    },
    cache: { enabled: values.CACHE_ENABLED, lifetimes: lifetimesOf(values) },
    memory: { entries: values.MEMORY_CACHE_SIZE, bytes: values.MEMORY_CACHE_BYTES },
    disk: {
      directory: resolve(around.cwd, values.CACHE_DIR),
      bytes: values.DISK_CACHE_BYTES,
      entries: values.CACHE_MAX_SIZE,
      cleanupInterval: values.DISK_CACHE_CLEANUP_INTERVAL,
    },
    redis: redisOf(values),
    hls,
    store: storeOf(values),
    signedImages: {
      lifetime: values.SIGNED_URL_TTL,
      refreshBefore: Math.min(values.SIGNED_URL_REFRESH_BEFORE, values.SIGNED_URL_TTL / 4),
    },
    alerts: {
      queueDepth: values.ALERT_QUEUE_DEPTH,
      taskFailureRate: values.ALERT_TASK_FAILURE_RATE,
      cacheHitRate: values.ALERT_CACHE_HIT_RATE,
      webhookUrl: values.ALERT_WEBHOOK_URL,
    },
  };
};
