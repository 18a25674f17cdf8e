import type { SessionIdentity, SessionNews, SessionRecord } from './session-record.js';

/** `connected`, or what is known here must do until it is again. */
export type StoreState = 'connected' | 'lost';

/** A viewer at the door. Times in ms since the epoch, durations in ms. */
export interface OpenSession {
  /** What the session would be; its id is used if none is found for the viewer. */
  readonly session: SessionIdentity;
  readonly now: number;
  readonly idle: number;
  /** Sessions of one user at once; undefined: any number. */
  readonly maxPerUser: number | undefined;
  /** Counted only when a session is made: reloads are not uses. */
  readonly use: UseLimit | undefined;
}

export type OpenedSession =
  | {
      readonly kind: 'opened';
      readonly session: SessionRecord;
      readonly fresh: boolean;
      /** Sessions of the same device that had to end for this one. */
      readonly superseded: readonly string[];
    }
  /** The user has as many as they may, on other devices. */
  | { readonly kind: 'too-many' }
  /** The token has opened as many sessions as it may. */
  | { readonly kind: 'used-up' };

/** Something that may be used a limited number of times. */
export interface UseLimit {
  readonly name: string;
  readonly limit: number;
  /** How long it is remembered, from the first use on. */
  readonly lifetime: number;
}

/** What a process tells about its sessions, and asks: what happened elsewhere since. */
export interface SessionReport {
  /** The process. */
  readonly reporter: string;
  /** Counts its reports that hold sessions; one that is sent again has the same number, and counts once. */
  readonly sequence: number;
  readonly now: number;
  readonly idle: number;
  readonly sessions: readonly SessionNews[];
  /** `cursor` of the last answer; 0 at first. */
  readonly cursor: number;
}

export interface StoreNews {
  /** Sessions that were ended since the cursor. */
  readonly ended: readonly string[];
  readonly cursor: number;
  /** Changes whenever the allow list does. */
  readonly allowListVersion: number;
}

/** An address that may watch without a token. */
export interface AllowedViewer {
  readonly id: string;
  readonly uid: string;
  /** Path below the mount: itself, and all below it. */
  readonly path: string;
  /** The address as given; its /24 or /64 is what is allowed. */
  readonly address: string;
  /** Exactly this one; undefined: any. */
  readonly userAgent: string | undefined;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Undefined: until it is removed. */
  readonly expiresAt: number | undefined;
}

export interface UserTraffic {
  /** Undefined: of viewers without one. */
  readonly uid: string | undefined;
  readonly bytes: number;
  readonly lastSeenAt: number;
}

/** Bytes that are to be reported, kept under their id until they were. */
export interface TrafficBatch {
  readonly id: string;
  readonly takenAt: number;
  readonly users: readonly { readonly uid: string | undefined; readonly bytes: number }[];
  /** Bytes of users that there was no more room to tell apart. */
  readonly unattributedBytes: number;
}

/**
 * What all workers, or all nodes, agree on. Every operation takes and gives plain data, so that it can be asked for
 * across processes; each is atomic; each rejects when the store cannot be reached.
 */
export interface SessionStore {
  state(): StoreState;
  /** Finds the viewer's session, or makes one if the limits allow. */
  open(ask: OpenSession): Promise<OpenedSession>;
  /** A session by its id: `ended` if it was ended, undefined if it is not known (any more). */
  find(ask: {
    readonly id: string;
    readonly now: number;
    readonly idle: number;
  }): Promise<SessionRecord | 'ended' | undefined>;
  report(report: SessionReport): Promise<StoreNews>;
  /** Those that are not idle, the latest seen first. */
  list(ask: {
    readonly now: number;
    readonly idle: number;
    readonly uid: string | undefined;
    readonly limit: number;
    readonly offset: number;
  }): Promise<{ readonly sessions: readonly SessionRecord[]; readonly total: number }>;
  /** Ends one: its grants are refused from now on. False if there is no such session. */
  end(ask: { readonly id: string; readonly now: number }): Promise<boolean>;
  /** Counts a use; false if there were as many as there may be. */
  use(ask: UseLimit & { readonly now: number }): Promise<boolean>;
  /** False if the list is full. */
  allow(entry: AllowedViewer): Promise<boolean>;
  /** Removes an entry and ends the sessions that it let in. False if there is none. */
  disallow(ask: { readonly id: string; readonly now: number }): Promise<boolean>;
  allowed(ask: { readonly now: number }): Promise<readonly AllowedViewer[]>;
  /** Bytes a user since the store began, most first. */
  traffic(ask: { readonly uid: string | undefined; readonly limit: number }): Promise<readonly UserTraffic[]>;
  /**
   * What has not been reported: the batch that was taken before and not settled, or a new one. Undefined when there is
   * none, or when another reporter has the turn.
   */
  takeTraffic(ask: {
    /** Of the batch, if a new one is made. */
    readonly id: string;
    /** Who takes; it keeps the turn for `lease` ms. */
    readonly reporter: string;
    readonly lease: number;
    readonly now: number;
  }): Promise<TrafficBatch | undefined>;
  /** The batch was reported. */
  settleTraffic(ask: { readonly id: string }): Promise<void>;
  /** A secret that all agree on: the first that was ever proposed. */
  secret(ask: { readonly proposed: string }): Promise<string>;
  close(): Promise<void>;
}

/** How long an ended session is remembered when its grants have no end, ms. */
export const ENDED_FOR: number = 24 * 3_600_000;
/** How long ended sessions are told of to processes that ask what is new, ms. */
export const ENDED_NEWS = 60_000;
