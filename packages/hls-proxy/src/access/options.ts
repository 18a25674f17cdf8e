import { createAllowList, type AllowList } from '@forebay/guard';
import type { Sessions } from '../sessions/sessions.js';

export interface AccessOptions {
  readonly sessions: Sessions;
  /** Where the proxy is mounted, such as `/hls/`. */
  readonly mount: string;
  /**
   * Signs what playlists name: grants, and URLs on other hosts. The first signs, all verify. The same for all processes
   * and nodes, and kept over restarts, or players have to begin anew.
   */
  readonly secrets: readonly string[];
  /**
   * Viewers need a token that is signed with one of these, or an allow-list entry.
   * @default none: anyone may watch
   */
  readonly tokenSecrets?: readonly string[] | undefined;
  /** Only these addresses may call at all. @default any */
  readonly allowedCidrs?: readonly string[] | undefined;
  /** Binds grants to the viewer's /24 or /64. Those of an allow-list entry always are. @default false: viewers may roam */
  readonly bindAddress?: boolean | undefined;
  /** Sessions that one token may open, reloads not counted. @default any number */
  readonly tokenUses?: number | undefined;
  /** How long a key's grant is good at least, in a playlist that is loaded again and again, ms. @default 60000 */
  readonly keyLifetime?: number | undefined;
  /** How often a key may be fetched with one grant; one that lasts longer than others has as many again in twice `keyLifetime`. @default 8 */
  readonly keyUses?: number | undefined;
  /** How long grants are good that come from an allow-list entry without an end, ms. @default 86400000 */
  readonly allowedLifetime?: number | undefined;
  /** Milliseconds since the epoch. @default Date.now */
  readonly clock?: (() => number) | undefined;
}

export interface ResolvedAccessOptions {
  readonly sessions: Sessions;
  /** Without its last slash. */
  readonly mount: string;
  readonly secrets: readonly string[];
  /** Empty: anyone may watch. */
  readonly tokenSecrets: readonly string[];
  readonly allowed: AllowList | undefined;
  readonly bindAddress: boolean;
  readonly tokenUses: number | undefined;
  readonly keyLifetime: number;
  readonly keyUses: number;
  readonly allowedLifetime: number;
  readonly clock: () => number;
}

const above = (name: string, value: number): number => {
  if (!Number.isFinite(value) || value < 1)
    throw new RangeError(`Option ${name} is ${String(value)}, must be 1 or more`);
  return value;
};

export const resolveAccessOptions = (options: AccessOptions): ResolvedAccessOptions => {
  if (!/^\/(?:.*[^/])?\/?$/.test(options.mount))
    throw new RangeError(`Option mount is ${JSON.stringify(options.mount)}, must be a path such as /hls/`);
  if (options.secrets.length === 0 || options.secrets.includes(''))
    throw new RangeError('Option secrets must hold at least one secret, and no empty one');
  const cidrs = options.allowedCidrs ?? [];
  return {
    sessions: options.sessions,
    mount: options.mount.replace(/\/$/, ''),
    secrets: options.secrets,
    tokenSecrets: options.tokenSecrets ?? [],
    allowed: cidrs.length === 0 ? undefined : createAllowList(cidrs),
    bindAddress: options.bindAddress ?? false,
    tokenUses: options.tokenUses === undefined ? undefined : above('tokenUses', options.tokenUses),
    keyLifetime: above('keyLifetime', options.keyLifetime ?? 60_000),
    keyUses: above('keyUses', options.keyUses ?? 8),
    allowedLifetime: above('allowedLifetime', options.allowedLifetime ?? 86_400_000),
    clock: options.clock ?? Date.now,
  };
};
