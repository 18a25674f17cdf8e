/** What the page knows of the lists that it asks for: keys, viewers, tasks. */

export interface CachedKey {
  readonly key: string;
  readonly content_type: string | null;
  readonly size_bytes: number;
  readonly tiers: readonly string[];
  readonly expires_at: string;
}

export interface KeyPage {
  readonly keys: readonly CachedKey[];
  readonly total: number;
}

export interface CacheInfo {
  readonly l2_cache: {
    readonly type: string;
    readonly state: string;
    readonly nodes?: readonly string[] | undefined;
    readonly last_error?: string | null | undefined;
  };
}

export interface Session {
  readonly id: string;
  readonly uid: string | null;
  readonly address: string;
  readonly player: string;
  readonly browser: string | null;
  readonly stream: string;
  readonly variant: string | null;
  readonly bytes: number;
  readonly bitrate: number;
  readonly started_at: string;
  readonly last_seen_at: string;
}

export interface SessionPage {
  readonly sessions: readonly Session[];
  readonly total: number;
  readonly state: 'connected' | 'lost';
}

export interface Transfer {
  readonly id: string;
  readonly session_id: string;
  readonly path: string;
  readonly bytes: number;
  readonly started_at: string;
}

export type TaskStatus = 'PENDING' | 'STARTED' | 'RETRY' | 'SUCCESS' | 'FAILURE' | 'REVOKED';

export interface Task {
  readonly task_id: string;
  readonly queue: string;
  readonly status: TaskStatus;
  readonly attempts: number;
  readonly progress: number;
  /** Of a batch, how many of its keys failed among other things. */
  readonly result: unknown;
  readonly error: string | null;
  readonly created_at: string;
  readonly finished_at: string | null;
}

export interface TaskPage {
  readonly tasks: readonly Task[];
  readonly total: number;
}
