import { z } from 'zod';
import type { AllowedViewer, SessionRecord, Transfer, UserTraffic } from '@forebay/hls-proxy';

/** A session, as it is shown. */
export interface SessionJson {
  readonly id: string;
  readonly uid: string | null;
  readonly address: string;
  readonly player: string;
  readonly browser: string | null;
  readonly user_agent: string | null;
  readonly stream: string;
  readonly variant: string | null;
  readonly bytes: number;
  readonly bitrate: number;
  readonly cmcd: Readonly<Record<string, number | string | boolean>> | null;
  readonly started_at: string;
  readonly last_seen_at: string;
}

export const session: z.ZodType<SessionJson> = z
  .object({
    id: z.string(),
    uid: z.string().nullable().describe('Of the token or allow-list entry; null where anyone may watch'),
    address: z.string(),
    player: z.string().describe('Family of the player: browser, apple, exoplayer, vlc, ffmpeg …'),
    browser: z.string().nullable().describe('Family of the browser'),
    user_agent: z.string().nullable(),
    stream: z.string().describe('The playlist that the session began with'),
    variant: z.string().nullable().describe('The media playlist that is watched now'),
    bytes: z.number().int(),
    bitrate: z.number().int().describe('Bits per second over the last twenty seconds or so'),
    cmcd: z
      .record(z.string(), z.union([z.number(), z.string(), z.boolean()]))
      .nullable()
      .describe('CTA-5004, as sent last'),
    started_at: z.iso.datetime(),
    last_seen_at: z.iso.datetime(),
  })
  .meta({ id: 'HlsSession' });

export interface TransferJson {
  readonly id: string;
  readonly session_id: string;
  readonly path: string;
  readonly bytes: number;
  readonly started_at: string;
}

export const transfer: z.ZodType<TransferJson> = z
  .object({
    id: z.string(),
    session_id: z.string(),
    path: z.string(),
    bytes: z.number().int().describe('Sent so far'),
    started_at: z.iso.datetime(),
  })
  .meta({ id: 'HlsTransfer' });

export interface UserTrafficJson {
  readonly uid: string | null;
  readonly bytes: number;
  readonly last_seen_at: string;
}

export const userTraffic: z.ZodType<UserTrafficJson> = z
  .object({
    uid: z.string().nullable().describe('null: viewers without one'),
    bytes: z.number().int(),
    last_seen_at: z.iso.datetime(),
  })
  .meta({ id: 'HlsUserTraffic' });

export interface AllowedJson {
  readonly id: string;
  readonly uid: string;
  readonly path: string;
  readonly client_ip: string;
  readonly user_agent: string | null;
  readonly created_at: string;
  readonly expires_at: string | null;
}

export const allowed: z.ZodType<AllowedJson> = z
  .object({
    id: z.string(),
    uid: z.string(),
    path: z.string(),
    client_ip: z.string().describe('Its /24 or /64 is what is allowed'),
    user_agent: z.string().nullable(),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'HlsAllowed' });

const time = (ms: number): string => new Date(ms).toISOString();

export const describeSession = (one: SessionRecord): SessionJson => ({
  id: one.id,
  uid: one.uid ?? null,
  address: one.address,
  player: one.player,
  browser: one.browser ?? null,
  user_agent: one.userAgent ?? null,
  stream: one.stream,
  variant: one.rendition ?? null,
  bytes: one.bytes,
  bitrate: Math.round(one.bitrate),
  cmcd: one.cmcd === undefined ? null : { ...one.cmcd },
  started_at: time(one.startedAt),
  last_seen_at: time(one.lastSeenAt),
});

export const describeTransfer = (one: Transfer): TransferJson => ({
  id: one.id,
  session_id: one.sessionId,
  path: one.path,
  bytes: one.bytes,
  started_at: time(one.startedAt),
});

export const describeTraffic = (one: UserTraffic): UserTrafficJson => ({
  uid: one.uid ?? null,
  bytes: one.bytes,
  last_seen_at: time(one.lastSeenAt),
});

export const describeAllowed = (one: AllowedViewer): AllowedJson => ({
  id: one.id,
  uid: one.uid,
  path: one.path,
  client_ip: one.address,
  user_agent: one.userAgent ?? null,
  created_at: time(one.createdAt),
  expires_at: one.expiresAt === undefined ? null : time(one.expiresAt),
});

const at = '2026-01-02T03:04:05.000Z';

export const exampleSession: SessionJson = {
  id: 'kU2bq0xWm9sYt3Zf',
  uid: 'anna',
  address: '192.0.2.7',
  player: 'browser',
  browser: 'firefox',
  user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  stream: '/live/main.m3u8',
  variant: '/live/720/index.m3u8',
  bytes: 73_400_320,
  bitrate: 3_104_000,
  cmcd: { br: 3000, bl: 21_000, sf: 'h', st: 'l' },
  started_at: at,
  last_seen_at: at,
};
export const exampleTransfer: TransferJson = {
  id: '17',
  session_id: exampleSession.id,
  path: '/live/720/1042.ts',
  bytes: 524_288,
  started_at: at,
};
export const exampleTraffic: UserTrafficJson = { uid: 'anna', bytes: 73_400_320, last_seen_at: at };
export const exampleAllowed: AllowedJson = {
  id: 'a1f0',
  uid: 'anna',
  path: '/live',
  client_ip: '192.0.2.7',
  user_agent: null,
  created_at: at,
  expires_at: null,
};
